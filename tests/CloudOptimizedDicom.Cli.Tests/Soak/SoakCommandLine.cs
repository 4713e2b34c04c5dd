using System.Diagnostics;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>A <c>cod</c> that runs while others work, and is killed when they have written a certain number of lines.</summary>
internal sealed class SoakCommandLine : IDisposable
{
    private const int MaxLines = 40;

    private readonly Process _process;
    private readonly string _command;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;
    private int _linesLeft;

    public SoakCommandLine(SoakPlace place, Random random)
    {
        string[] arguments = random.Next(5) switch
        {
            0 => ["unlock", place.Store, "--force"],
            1 => ["verify", place.Store],
            2 => ["copy", place.Store, place.Copies, "--overwrite"],
            _ => ["repair", place.Store, "--force"],
        };
        _linesLeft = 1 + random.Next(MaxLines);
        _command = $"cod {string.Join(' ', arguments)}";
        _process = Process.Start(new ProcessStartInfo(CodProcess.DotnetHost, ["exec", CodProcess.InOutput("cod.dll"), .. arguments, .. place.Options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Another process has said a line.</summary>
    public void Hear()
    {
        if (--_linesLeft == 0)
        {
            _process.Kill();
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether it was killed, and what is wrong with how it ended; null for nothing.</returns>
    public async Task<(bool IsKilled, string? Wrong)> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        string said = await _output + await _errors;

        // Somebody else is at work, or has left something, which is no news here; a stack trace is.
        bool isExpected = _process.ExitCode is 0 or 1 or 3 or 4 or 5 || _process.ExitCode == SoakChild.Killed;
        return (
            _process.ExitCode == SoakChild.Killed,
            isExpected && !said.Contains("   at ", StringComparison.Ordinal) ? null : $"{_command} ended with {_process.ExitCode}: {said}");
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
