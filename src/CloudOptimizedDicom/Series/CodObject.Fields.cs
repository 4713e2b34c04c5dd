using System.Text.Json;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// The names of the fields that the metadata has beside those of the format, <c>thumbnail</c> among them, in the order in
    /// which they were first set. No request.
    /// </summary>
    public IReadOnlyList<string> FieldNames => [.. _current.Fields.Names];

    /// <summary>One field. No request.</summary>
    /// <param name="name">Its name, which is case-sensitive.</param>
    /// <returns>A copy of its value; <see langword="null"/> when there is no such field.</returns>
    public JsonElement? GetField(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_current.Fields.TryGet(name, out ReadOnlyMemory<byte> utf8Json))
        {
            return null;
        }

        using var value = JsonDocument.Parse(utf8Json, SeriesFields.DocumentOptions);
        return value.RootElement.Clone();
    }

    /// <summary>
    /// Adds a field, or changes it where it is. The next sync writes it, with no more than the metadata; appends and removals
    /// keep it, and <see cref="CodMode.Write"/> begins without.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Any JSON, kept as it is written.</param>
    /// <exception cref="ArgumentException">
    /// The name is empty or one of the format's own (<c>cod</c>, <c>study_uid</c>, <c>series_uid</c>, <c>deid_…</c>), or the
    /// value is undefined or nested too deeply.
    /// </exception>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the series.</exception>
    public void SetField(string name, JsonElement value)
    {
        using Change change = BeginChange("Setting a field");
        _current.Fields.Set(name, value);
        _isMetadataChanged = true;
    }

    /// <summary>Removes a field with the next sync. Removing <c>thumbnail</c> deletes the object that it names, too.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentException">The name is empty or one of the format's own.</exception>
    /// <exception cref="WriteOperationInReadModeException">The series is open for reading.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the series.</exception>
    public bool RemoveField(string name)
    {
        using Change change = BeginChange("Removing a field");
        SeriesFields.RequireFree(name);
        bool isRemoved = _current.Fields.Remove(name);
        _isMetadataChanged |= isRemoved;
        return isRemoved;
    }
}
