namespace CloudOptimizedDicom.Json;

/// <summary>What the metadata has in place of a value that is too long for it (PS3.18 section F.2.2).</summary>
/// <param name="Uri">
/// Where the value is: in series of this format the instance, as <c>….tar://instances/uid.dcm</c>, with the place that the
/// series had when the instance was stored.
/// </param>
/// <param name="Head">
/// The value's first bytes, up to 512, read as UTF-8 with U+FFFD for what is none; <see langword="null"/> when not kept.
/// Series written by Python may show bytes from elsewhere in the file for elements inside sequences and of Deflated files.
/// </param>
public sealed record BulkDataReference(string Uri, string? Head);
