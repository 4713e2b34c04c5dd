using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>One run of the built <c>cod</c>, as a shell sees it.</summary>
internal sealed record CodProcess(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of <c>--json</c> output.</summary>
    public IReadOnlyList<JsonElement> JsonLines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement)];

    /// <summary>Runs the command to its end; the process is killed when the token is cancelled.</summary>
    public static async Task<CodProcess> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        string[] command = ["exec", Path.Combine(AppContext.BaseDirectory, "cod.dll"), .. arguments];
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", command)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
                StandardErrorEncoding = Encoding.UTF8,
            },
        };
        process.Start();
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CodProcess(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
