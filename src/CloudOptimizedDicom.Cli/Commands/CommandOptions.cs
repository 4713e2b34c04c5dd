using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>Options and arguments that several commands have.</summary>
internal static class CommandOptions
{
    public static Option<bool> Json(string description = "Print one JSON object a line, for programs.") => new("--json") { Description = description };

    public static Option<int> Jobs() => new("--jobs", "-j")
    {
        Description = "How many series to work on at once.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public static Argument<SeriesAddress> Series() => new("SERIES")
    {
        Description = $"The series: {SeriesAddress.Form}.",
        CustomParser = result =>
        {
            SeriesAddress address = SeriesAddress.Parse(result.Tokens.Single().Value);
            if (address.Series is null)
            {
                result.AddError($"\"{result.Tokens.Single().Value}\" is no series; one is named {SeriesAddress.Form}.");
            }

            return address;
        },
    };

    public static Argument<SeriesAddress> SeriesOrDatastore() => new("SERIES|DATASTORE")
    {
        Description = $"A series ({SeriesAddress.Form}) or a whole datastore.",
        CustomParser = result => SeriesAddress.Parse(result.Tokens.Single().Value),
    };
}
