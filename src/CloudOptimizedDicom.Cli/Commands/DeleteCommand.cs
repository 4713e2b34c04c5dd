using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod delete</c>: deletes series with all their instances.</summary>
internal static class DeleteCommand
{
    private const string Description = """
        Deletes a series, or all of a study, with all instances. There is no way back. Cut short, it is finished by cod repair.

        Example:
          cod delete ./cod-store/studies/1.2/series/1.2.3 --yes
        """;

    public static Command Create()
    {
        var series = new Argument<SeriesAddress>("SERIES|STUDY")
        {
            Description = $"A series ({SeriesAddress.Form}) or a study (<datastore>/studies/<study>).",
            CustomParser = result =>
            {
                SeriesAddress address = SeriesAddress.Parse(result.Tokens.Single().Value);
                if (address.StudyUid is null)
                {
                    result.AddError($"\"{result.Tokens.Single().Value}\" is no series and no study.");
                }

                return address;
            },
        };
        var yes = new Option<bool>("--yes") { Description = "Delete; without it nothing is done." };
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("delete", Description) { series, yes, jobs, json };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(yes))
            {
                result.AddError("Deleting takes --yes.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(jobs), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(
            address,
            datastore,
            "Deleting",
            jobs,
            json,
            async (id, token) =>
            {
                await datastore.DeleteSeriesAsync(id.StudyUid, id.SeriesUid, token);
                return new SeriesRun.Result("deleted", ExitCode.Done, writer => writer.WriteBoolean("deleted", true));
            },
            cancellationToken);
    }
}
