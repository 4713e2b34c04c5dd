using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage.Local;

/// <summary>One step that was taken.</summary>
/// <param name="Kind">The member of <see cref="IFileSteps"/>.</param>
/// <param name="Path">What it changed, relative to the folder that is watched.</param>
/// <param name="Source">Where a file came from.</param>
/// <param name="Content">What was flushed.</param>
internal sealed record FileStep(string Kind, string Path, string? Source = null, FileContent? Content = null)
{
    /// <summary>Whether it gives a file a name.</summary>
    public bool IsMove => Source is not null;

    public override string ToString() => $"{Kind} {Path}";
}
