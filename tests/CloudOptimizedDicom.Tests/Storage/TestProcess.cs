using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>A run of the test process; killed on dispose if it is still there.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    private TestProcess(Process process) => _process = process;

    public static TestProcess Start(params string[] arguments) => Start(environment: [], arguments);

    public static TestProcess Start(Dictionary<string, string> environment, params string[] arguments)
    {
        string program = Path.Join(AppContext.BaseDirectory, "CloudOptimizedDicom.TestProcess.dll");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var command = new ProcessStartInfo(dotnet, ["exec", program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
        {
            command.Environment[name] = value;
        }

        return new TestProcess(Process.Start(command)!);
    }

    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    public Task WriteLineAsync() => _process.StandardInput.WriteLineAsync();

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
