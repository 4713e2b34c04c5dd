using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudOptimizedDicom.Tests.Instances.Sources;

/// <summary>A web server that sends, byte for byte, what a test wants, and closes the connection.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _held = [];
    private readonly Task _running;

    /// <param name="answer">Gives the answer to a request, by the text of its header.</param>
    /// <param name="stalls">Which connections stay open after the answer, and bring nothing more.</param>
    public CannedServer(Func<string, byte[]> answer, Predicate<string>? stalls = null)
    {
        _listener.Start();
        _running = RunAsync(answer, stalls ?? (_ => false));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Uri => $"http://127.0.0.1:{Port}/1.dcm";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
        _held.ForEach(client => client.Dispose());
    }

    private async Task RunAsync(Func<string, byte[]> answer, Predicate<string> stalls)
    {
        while (true)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _held.Add(client);
                NetworkStream stream = client.GetStream();
                string asked = await ReadHeaderAsync(stream);
                await stream.WriteAsync(answer(asked));
                if (!stalls(asked))
                {
                    client.Dispose();
                }
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
