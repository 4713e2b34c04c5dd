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
            CodTicket ticket = JsonSerializer.Deserialize(text, CodTicketJson.Default.CodTicket) ?? throw new FormatException("The text is no ticket.");
            return ticket.FindFault() is { } fault ? throw new FormatException($"The text is no ticket: {fault}.") : ticket;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new FormatException("The text is no ticket.", error);
        }
    }

    /// <summary>The ticket as one line of JSON.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => JsonSerializer.Serialize(this, CodTicketJson.Default.CodTicket);

    /// <summary>Refuses a ticket that nobody has handed out, or that is of another datastore: a lock that does not exist must not be taken by it.</summary>
    /// <exception cref="ArgumentException">It cannot be one.</exception>
    internal void Require(string datastoreUri)
    {
        string? fault = FindFault() ?? (DatastoreUri == datastoreUri ? null : $"it is of the datastore {DatastoreUri}, not of {datastoreUri}");
        if (fault is not null)
        {
            throw new ArgumentException($"The ticket cannot be used: {fault}. Only CodObject.ToTicketAsync makes tickets.");
        }
    }

    private string? FindFault() => this switch
    {
        { DatastoreUri: null or "" } => "it names no datastore",
        { StudyUid: null } or { SeriesUid: null } => "it names no series",
        { Mode: not (CodMode.Write or CodMode.Append) } => "nothing but writing and appending holds a lock",
        { LockGeneration: < 1 } => $"{LockGeneration} is no generation of a lock",
        { MetadataVersion: not (MetadataVersion.V1 or MetadataVersion.V2) } => "it names no version of the metadata",
        _ => null,
    };
}
