using System.Diagnostics;
using System.Globalization;
using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>A process of a soak, as its parent sees it. It lives for as many rounds as it survives.</summary>
internal sealed class SoakChild : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Action<SoakChild, SoakEvent> _hear;
    private readonly Task _listening;
    private readonly Task<string> _errors;
    private TaskCompletionSource<SoakEventKind> _next = NewPause();

    public SoakChild(string role, SoakSettings settings, Action<SoakChild, SoakEvent> hear)
    {
        (Role, Settings, _hear) = (role, settings, hear);
        string[] arguments =
        [
            "exec", CodProcess.InOutput("CloudOptimizedDicom.TestProcess.dll"), "soak",
            role, settings.Id.ToString(CultureInfo.InvariantCulture), settings.Store, settings.Copies, settings.Scratch, settings.Endpoint,
        ];
        _process = Process.Start(new ProcessStartInfo(CodProcess.DotnetHost, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _listening = ListenAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public string Role { get; }

    public SoakSettings Settings { get; }

    /// <summary>The series of what it began last.</summary>
    public int LastSeries { get; set; }

    /// <summary>Whether it can do another round.</summary>
    public bool IsAlive => !_listening.IsCompleted;

    /// <summary>The exit code of a process that was killed.</summary>
    public static int Killed { get; } = OperatingSystem.IsWindows() ? -1 : 128 + 9;

    /// <summary>Sends a line, and returns when it has stalled, has finished, or is dead.</summary>
    /// <returns>Which of these; null for dead.</returns>
    public async Task<SoakEventKind?> RunAsync(string line, CancellationToken cancellationToken)
    {
        _next = NewPause();
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // It is dead.
        }

        await Task.WhenAny(_next.Task, _listening).WaitAsync(cancellationToken);
        return _next.Task.IsCompletedSuccessfully ? await _next.Task : null;
    }

    /// <summary>Waits for the end of a process.</summary>
    /// <returns>What is wrong with it; null where it ended well, or was killed.</returns>
    public async Task<string?> EndAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        await _listening;
        string errors = await _errors;
        return (_process.ExitCode == 0 || _process.ExitCode == Killed) && errors.Length == 0 ? null : $"{Role} {Settings.Id} ended with {_process.ExitCode}: {errors}";
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static TaskCompletionSource<SoakEventKind> NewPause() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (SoakEvent.Parse(line) is not { } said)
            {
                continue;
            }

            _hear(this, said);
            if (said.Kind is SoakEventKind.Stalled or SoakEventKind.Finished)
            {
                _next.TrySetResult(said.Kind);
            }
        }
    }
}
