using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>The objects of a store as another program reads and writes them: without marks and preconditions.</summary>
/// <param name="Read">Gives the bytes of an object; null when there is none.</param>
/// <param name="WriteAsync">Writes an object.</param>
/// <param name="Delete">Deletes an object.</param>
internal sealed record ForeignObjects(Func<string, byte[]?> Read, Func<string, byte[], Task> WriteAsync, Action<string> Delete)
{
    /// <summary>Those of a bucket of the emulator.</summary>
    public static ForeignObjects In(GcsObjectCore core, string bucket) => new(
        name =>
        {
            if (core.Find(bucket, name) is null)
            {
                return null;
            }

            using var copy = new MemoryStream();
            using Stream content = core.OpenRead(bucket, name, GcsConditions.None).Content;
            content.CopyTo(copy);
            return copy.ToArray();
        },
        (name, bytes) => core.InsertAsync(bucket, name, new MemoryStream(bytes), new GcsObjectAttributes(), GcsConditions.None, CancellationToken.None),
        name => core.Delete(bucket, name, GcsConditions.None));

    /// <summary>Those of a directory.</summary>
    public static ForeignObjects In(string directory) => new(
        name => File.Exists(Path.Combine(directory, name)) ? File.ReadAllBytes(Path.Combine(directory, name)) : null,
        async (name, bytes) =>
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes);
        },
        name => File.Delete(Path.Combine(directory, name)));
}
