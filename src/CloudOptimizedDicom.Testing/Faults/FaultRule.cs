using System.Text.RegularExpressions;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Faults;

/// <summary>
/// Which requests a fault befalls. A request matches when it has the operation and the name; of those that match, all are
/// taken unless the rule says which. Immutable.
/// </summary>
public sealed record FaultRule
{
    /// <summary>What happens.</summary>
    public required FaultAction Action { get; init; }

    /// <summary>The operation.</summary>
    /// <value>The default is <see langword="null"/>: any.</value>
    public GcsOperation? Operation { get; init; }

    /// <summary>The name of the object, with <c>*</c> for any characters, slashes too, and <c>?</c> for one.</summary>
    /// <value>The default is <see langword="null"/>: any.</value>
    public string? ObjectGlob { get; init; }

    /// <summary>A regular expression that is found in the name of the object.</summary>
    /// <value>The default is <see langword="null"/>: any.</value>
    public Regex? ObjectRegex { get; init; }

    /// <summary>The only match that is taken, counted from 1.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public int? AtMatch { get; init; }

    /// <summary>Takes every match whose number, counted from 1, this divides.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public int? EveryMatches { get; init; }

    /// <summary>The share of matches that is taken, 0 to 1.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public double? Probability { get; init; }

    /// <summary>Makes the choice of <see cref="Probability"/> the same in every run.</summary>
    public int Seed { get; init; }

    internal bool Matches(GcsOperation operation, string name) =>
        (Operation is not { } wanted || wanted == operation)
        && (ObjectGlob is null || MatchesGlob(name))
        && (ObjectRegex is null || ObjectRegex.IsMatch(name));

    private bool MatchesGlob(string name)
    {
        string pattern = Regex.Escape(ObjectGlob!)
            .Replace("\\*", ".*", StringComparison.Ordinal)
            .Replace("\\?", ".", StringComparison.Ordinal);
        return Regex.IsMatch(name, $@"\A{pattern}\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }
}
