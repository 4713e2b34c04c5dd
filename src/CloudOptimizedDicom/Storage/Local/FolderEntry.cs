namespace CloudOptimizedDicom.Storage.Local;

/// <summary>A name in a folder.</summary>
/// <param name="Name">The name; where it is not UTF-8, with each byte that is not in the form \xE9.</param>
/// <param name="IsReadable">Whether the name is UTF-8, so that .NET can open it.</param>
internal readonly record struct FolderEntry(string Name, bool IsReadable);
