using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod show</c>: what the metadata says of a series.</summary>
internal static class ShowCommand
{
    private const string Description = """
        Shows the instances of a series and their tags, from its metadata alone: the pixels are not touched.

        Examples:
          cod show ./cod-store/studies/1.2/series/1.2.3
          cod show ./cod-store/studies/1.2/series/1.2.3 --tags --instance 1.2.3.4
          cod show ./cod-store/studies/1.2/series/1.2.3 --tags --json     the exact JSON, one instance a line
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.Series();
        var instance = new Option<string?>("--instance") { Description = "Only the instance with this UID." };
        var tags = new Option<bool>("--tags") { Description = "Show every tag." };
        Option<bool> json = CommandOptions.Json("Print the record of each instance as JSON, one a line.");
        var command = new Command("show", Description) { series, instance, tags, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(instance), parsed.GetValue(tags), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, string? instanceUid, bool tags, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        await using CodObject series = await datastore.OpenSeriesAsync(
            address.Series!.StudyUid, address.Series.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        IReadOnlyList<Instance> instances = instanceUid is null ? series.GetInstances() : [series.GetInstance(instanceUid)];
        if (!json)
        {
            LockHolder? holder = await datastore.ReadLockAsync(address.Series.StudyUid, address.Series.SeriesUid, cancellationToken);
            Terminal.WriteFields(series.Uri,
            [
                ("Instances", instances.Count.ToString()),
                ("Bytes", instances.Sum(instance => instance.Record!.SizeBytes).ToString("N0")),
                ("UIDs", series.UsesHashedUids ? "hashed" : null),
                ("Locked by", holder?.ToString()),
            ]);
        }

        for (int i = 0; i < instances.Count; i++)
        {
            Print(i, instances[i].Record!, tags, json);
        }

        return ExitCode.Done;
    }

    private static void Print(int index, InstanceRecord record, bool tags, bool json)
    {
        if (json)
        {
            JsonLines.Write(writer => RecordJson.Write(writer, record, tags));
            return;
        }

        string frames = record.Frames is { } table ? $"  {table.Count} frames" : "";
        Terminal.WriteLine($"{index,6}  {record.Uid}  {record.SizeBytes,13:N0} bytes  {Crc32c.ToBase64(record.Crc32c)}{frames}");
        if (tags)
        {
            TagTree.Write(record.Metadata.Utf8Json);
        }
    }
}
