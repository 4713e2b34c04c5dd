using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>A web server that sends, byte for byte, what a test wants, and closes the connection.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    /// <param name="answer">Gives the answer to a request, by the text of its header.</param>
    public CannedServer(Func<string, byte[]> answer)
    {
        _listener.Start();
        _running = RunAsync(answer);
    }

    public string Uri => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/1.dcm";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }

    private async Task RunAsync(Func<string, byte[]> answer)
    {
        while (true)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                await stream.WriteAsync(answer(await ReadHeaderAsync(stream)));
            }
            catch (IOException)
            {
                // The client has gone.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private static async Task<string> ReadHeaderAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        byte[] one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
        {
            header.Append((char)one[0]);
        }

        return header.ToString();
    }
}
