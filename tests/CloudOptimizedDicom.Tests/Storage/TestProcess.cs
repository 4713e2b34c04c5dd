using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>A run of the test process; killed on dispose if it is still there.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    private TestProcess(Process process) => _process = process;

    public static TestProcess Start(params string[] arguments)
    {
        string program = Path.Join(AppContext.BaseDirectory, "CloudOptimizedDicom.TestProcess.dll");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var command = new ProcessStartInfo(dotnet, ["exec", program, .. arguments]) { RedirectStandardOutput = true };
        return new TestProcess(Process.Start(command)!);
    }

    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
