using System.CommandLine;
using System.Net;
using CloudOptimizedDicom.Cli.Commands;
using CloudOptimizedDicom.Cli.Rendering;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Cli;

/// <summary>The <c>cod</c> command: its subcommands, and what happens to an error that none of them handles.</summary>
internal static class CodCommandLine
{
    /// <summary>How long an interrupted command has to end a commit that has begun and to release its locks.</summary>
    private static readonly TimeSpan CleanUpTime = new CodDatastoreOptions().CommitTimeout;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Keeps DICOM series in cloud object storage: one tar a series, with all tags beside it.")
        {
            InspectCommand.Create(),
            IngestCommand.Create(),
            ListCommand.Create(),
            ShowCommand.Create(),
            GetCommand.Create(),
            ExtractCommand.Create(),
            ExportCommand.Create(),
            CopyCommand.Create(),
            VerifyCommand.Create(),
            RepairCommand.Create(),
            UnlockCommand.Create(),
            RemoveCommand.Create(),
            DeleteCommand.Create(),
        };
        foreach (Option option in CommandOptions.CloudStorage)
        {
            root.Options.Add(option);
        }

        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            // What was mistyped may be the address of a web server.
            await using var errors = new StringWriter();
            await parsed.InvokeAsync(new InvocationConfiguration { Error = errors });
            await Console.Error.WriteAsync(RedactedUri.RedactText(errors.ToString()));
            return ExitCode.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CleanUpTime,
            });
        }
        catch (OperationCanceledException)
        {
            Terminal.WriteError("Cancelled.");
            return ExitCode.Cancelled;
        }
        catch (Exception error) when (ToExitCode(error) is { } exitCode)
        {
            Terminal.WriteError(error.Message);
            return exitCode;
        }
    }

    /// <summary>How an expected error ends the command; null for a defect, which shows its stack.</summary>
    public static int? ToExitCode(Exception error) => error switch
    {
        UsageException => ExitCode.WrongUsage,
        SourceReadException { InnerException: FileNotFoundException or DirectoryNotFoundException } => ExitCode.NotFound,
        SourceReadException { InnerException: HttpRequestException { StatusCode: HttpStatusCode.NotFound } } => ExitCode.NotFound,
        FileNotFoundException or DirectoryNotFoundException or CodObjectNotFoundException or InstanceNotFoundException
            or FrameNotFoundException => ExitCode.NotFound,
        LockAcquisitionException => ExitCode.Locked,
        InvalidDicomException or SeriesDamagedException or TarValidationException or SeriesMetadataException
            or ChecksumMismatchException { IsDamage: true } => ExitCode.Damaged,
        CodException or IOException or UnauthorizedAccessException => ExitCode.Findings,
        _ => null,
    };
}
