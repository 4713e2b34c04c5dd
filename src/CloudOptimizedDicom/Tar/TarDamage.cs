namespace CloudOptimizedDicom.Tar;

/// <summary>Bytes of an archive that are no member, or only a part of one.</summary>
/// <param name="Range">Where they are, in whole blocks but at the end of the archive.</param>
/// <param name="Reason">What is wrong with them.</param>
/// <param name="IsBehindEnd">Whether they stand behind the end marker, where other programs do not look.</param>
internal sealed record TarDamage(ByteRange Range, string Reason, bool IsBehindEnd);
