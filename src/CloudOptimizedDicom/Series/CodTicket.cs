using System.Text.Json;

namespace CloudOptimizedDicom;

/// <summary>
/// A held lock on its way to another process: made by <see cref="CodObject.ToTicketAsync"/>, used once by
/// <see cref="CodDatastore.ResumeSeriesAsync"/>. It holds no credential, but whoever has it can take the lock. Immutable.
/// </summary>
public sealed record CodTicket
{
    /// <summary>The datastore; a directory by its full path.</summary>
    public required string DatastoreUri { get; init; }

    /// <summary>Study Instance UID, as stored.</summary>
    public required string StudyUid { get; init; }

    /// <summary>Series Instance UID, as stored.</summary>
    public required string SeriesUid { get; init; }

    /// <summary>What the series is open for.</summary>
    public required CodMode Mode { get; init; }

    /// <summary>Generation of the lock object.</summary>
    public required long LockGeneration { get; init; }

    /// <summary>Whether what is stored is still to be replaced: it was opened for writing, and nothing was synced yet.</summary>
    public required bool StartsFresh { get; init; }

    /// <summary>Whether the UIDs are hashed ones.</summary>
    public required bool UsesHashedUids { get; init; }

    /// <summary>How the tags of new instances are kept.</summary>
    public required MetadataVersion MetadataVersion { get; init; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The ticket.</returns>
    /// <exception cref="FormatException">It is no ticket.</exception>
    public static CodTicket Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return JsonSerializer.Deserialize(text, CodTicketJson.Default.CodTicket) ?? throw new FormatException("The text is no ticket.");
        }
        catch (JsonException error)
        {
            throw new FormatException("The text is no ticket.", error);
        }
    }

    /// <summary>The ticket as one line of JSON.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => JsonSerializer.Serialize(this, CodTicketJson.Default.CodTicket);
}
