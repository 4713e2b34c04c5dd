using System.Diagnostics;
using System.Globalization;
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

    public static string DotnetHost { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs the command to its end; the process is killed when the token is cancelled.</summary>
    public static Task<CodProcess> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync(DotnetHost, ["exec", InOutput("cod.dll"), .. arguments], cancellationToken);

    /// <summary>Runs the command, and gives the most memory that it ever had resident; what it prints may be too much for a text.</summary>
    public static async Task<(CodProcess Cod, long PeakBytes)> MeasureAsync(
        string[] arguments,
        CancellationToken cancellationToken,
        Func<Stream, Task<string>>? readOutput = null,
        Dictionary<string, string>? environment = null)
    {
        string result = Path.GetTempFileName();
        try
        {
            string[] measured = [DotnetHost, "exec", InOutput("cod.dll"), .. arguments];
            string[] command = ["exec", InOutput("CloudOptimizedDicom.TestProcess.dll"), "measure", result, .. measured];
            CodProcess cod = await RunAsync(DotnetHost, command, cancellationToken, readOutput: readOutput, environment: environment);
            return (cod, long.Parse(await File.ReadAllTextAsync(result, cancellationToken), CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(result);
        }
    }

    /// <summary>Runs any program to its end.</summary>
    public static async Task<CodProcess> RunAsync(
        string program,
        string[] arguments,
        CancellationToken cancellationToken,
        string? workingDirectory = null,
        Func<Stream, Task<string>>? readOutput = null,
        Dictionary<string, string>? environment = null)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
                StandardErrorEncoding = Encoding.UTF8,
                WorkingDirectory = workingDirectory ?? "",
            },
        };

        // What a build leaves running would keep our ends of its streams open.
        process.StartInfo.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        process.StartInfo.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        process.StartInfo.Environment["UseSharedCompilation"] = "false";
        foreach ((string name, string value) in environment ?? [])
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        process.StandardInput.Close();
        try
        {
            Task<string> output = readOutput is null
                ? process.StandardOutput.ReadToEndAsync(cancellationToken)
                : readOutput(process.StandardOutput.BaseStream);
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

    public static string InOutput(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
