using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using CloudOptimizedDicom.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>Options and arguments that several commands have.</summary>
internal static class CommandOptions
{
    /// <summary>So that no unit overflows.</summary>
    private const double MaxDays = 1_000_000;

    public static Option<bool> Json(string description = "Print one JSON object a line, for programs.") => new("--json") { Description = description };

    /// <summary>How to reach Cloud Storage; understood by every command.</summary>
    public static IReadOnlyList<Option> CloudStorage => [Endpoint, Credentials, UserProject];

    private static Option<Uri?> Endpoint { get; } = new("--endpoint")
    {
        Description = "The address of Cloud Storage, such as that of an emulator. [default: STORAGE_EMULATOR_HOST, else Google's]",
        Recursive = true,
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
            {
                return uri;
            }

            result.AddError($"\"{result.Tokens.Single().Value}\" is no http or https address.");
            return null;
        },
    };

    private static Option<string?> Credentials { get; } = new("--credentials")
    {
        Description = "A key file for Cloud Storage, or none for no credentials. [default: the application default credentials]",
        Recursive = true,
    };

    /// <summary>One for each file, so that two datastores are seen to be reached with the same.</summary>
    private static ConcurrentDictionary<string, GcsCredential> CredentialFiles { get; } = new();

    private static Option<string?> UserProject { get; } = new("--user-project")
    {
        Description = "The project that pays for requests to a bucket whose requester pays.",
        Recursive = true,
    };

    /// <summary>Opens a datastore that is to be read, as the options say.</summary>
    /// <exception cref="DirectoryNotFoundException">It is a directory, and not there.</exception>
    public static Task<CodDatastore> OpenExistingDatastoreAsync(ParseResult parsed, string path, CancellationToken cancellationToken) =>
        path.Contains("://", StringComparison.Ordinal) || Directory.Exists(path)
            ? OpenDatastoreAsync(parsed, path, cancellationToken)
            : throw new DirectoryNotFoundException($"There is no datastore {path}.");

    /// <summary>Opens a datastore as the options say.</summary>
    /// <exception cref="UsageException">The path is of a kind that is not known.</exception>
    public static Task<CodDatastore> OpenDatastoreAsync(ParseResult parsed, string path, CancellationToken cancellationToken, string? storageClass = null)
    {
        var options = new CodDatastoreOptions
        {
            Endpoint = parsed.GetValue(Endpoint),
            UserProject = parsed.GetValue(UserProject),
            Credential = parsed.GetValue(Credentials) switch
            {
                null => null,
                "none" => GcsCredential.None,
                string file => CredentialFiles.GetOrAdd(file, GcsCredential.FromFile),
            },
        };
        try
        {
            return CodDatastore.OpenAsync(path, storageClass is null ? options : options with { StorageClass = storageClass }, cancellationToken);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }

    public static Option<int> Jobs() => new("--jobs", "-j")
    {
        Description = "How many series to work on at once.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public static Option<string?> StorageClass() => new("--storage-class") { Description = "The storage class of archives. [default: STANDARD]" };

    public static Option<TimeSpan> WaitForLock() => Duration(
        "--wait-for-lock", "How long to wait for a series that somebody else is writing: 90s, 5m, 2h. [default: not at all]", TimeSpan.Zero);

    /// <summary>A time such as 90s, 5m, 2h, 1d or 1.5h.</summary>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan defaultValue) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            TimeSpan? unit = text.LastOrDefault() switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => null,
            };
            if (unit is not null && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count <= MaxDays)
            {
                return unit.Value * count;
            }

            result.AddError($"\"{text}\" is no duration: a number and s, m, h or d, such as 90s or 2h.");
            return default;
        },
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

    public static Argument<SeriesAddress> SeriesOrDatastore() => new("SERIES|STUDY|DATASTORE")
    {
        Description = $"A series ({SeriesAddress.Form}), a study (<datastore>/studies/<study>) or a whole datastore.",
        CustomParser = result => SeriesAddress.Parse(result.Tokens.Single().Value),
    };
}
