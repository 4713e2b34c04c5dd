using System.Text.Json;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>The same work on one series or on all of a study or datastore, several at once; one that fails stops no other.</summary>
internal static class SeriesRun
{
    /// <summary>Runs the work and prints each result as it comes.</summary>
    /// <returns>The exit code: that of the only series, else whether all went well.</returns>
    public static async Task<int> RunAsync(
        SeriesAddress address,
        CodDatastore datastore,
        string title,
        int jobs,
        bool json,
        Func<SeriesId, CancellationToken, Task<Result>> work,
        CancellationToken cancellationToken,
        Func<SeriesListing, bool>? isWanted = null,
        bool mustExist = false)
    {
        List<SeriesId> all = await address.ListAsync(datastore, isWanted ?? (static _ => true), cancellationToken).ToListAsync(cancellationToken);
        if (mustExist && all.Count == 0 && address.StudyUid is { } study)
        {
            throw new CodObjectNotFoundException($"{datastore.Uri}/studies/{study}");
        }

        int worst = ExitCode.Done;
        int failed = 0;
        await ProgressDisplay.RunAsync(title, all.Count, isWanted: !json && all.Count > 1, report => Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = cancellationToken },
            async (id, token) =>
            {
                Result result = await TryAsync(id, work, token);
                report(1, result.Bytes);
                lock (all)
                {
                    int exitCode = all.Count == 1 || result.ExitCode == ExitCode.Done ? result.ExitCode : ExitCode.Findings;
                    worst = Math.Max(worst, exitCode);
                    failed += exitCode == ExitCode.Done ? 0 : 1;
                    Print(id, result, json);
                }
            }));
        if (!json && address.Series is null)
        {
            Terminal.WriteLine($"{all.Count} series, {failed} with findings or errors");
        }

        return worst;
    }

    private static async Task<Result> TryAsync(SeriesId id, Func<SeriesId, CancellationToken, Task<Result>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(id, cancellationToken);
        }
        catch (Exception error) when (CodCommandLine.ToExitCode(error) is { } exitCode)
        {
            return new Result(error.Message, exitCode, writer => writer.WriteString("error", error.Message));
        }
    }

    private static void Print(SeriesId id, Result result, bool json)
    {
        if (json)
        {
            JsonLines.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("study_uid", id.StudyUid);
                writer.WriteString("series_uid", id.SeriesUid);
                result.WriteJson(writer);
                writer.WriteEndObject();
            });
        }
        else
        {
            Action<string> write = result.ExitCode == ExitCode.Done ? Terminal.WriteLine : Terminal.WriteError;
            write($"{id}: {result.Summary}");
            foreach (string line in result.Details)
            {
                write($"  {line}");
            }
        }
    }

    /// <param name="Summary">One line for people.</param>
    /// <param name="ExitCode">How the series went.</param>
    /// <param name="WriteJson">Writes the members of the series' JSON object behind its UIDs.</param>
    /// <param name="Bytes">Bytes that were dealt with.</param>
    public sealed record Result(string Summary, int ExitCode, Action<Utf8JsonWriter> WriteJson, long Bytes = 0)
    {
        /// <summary>More lines for people, below the summary.</summary>
        public IEnumerable<string> Details { get; init; } = [];
    }
}
