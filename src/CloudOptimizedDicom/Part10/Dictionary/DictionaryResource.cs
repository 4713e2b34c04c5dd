namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>The data files that <c>generate.py</c> writes, as they are embedded in the assembly.</summary>
internal static class DictionaryResource
{
    /// <summary>Reads a whole file.</summary>
    public static byte[] Read(string fileName)
    {
        using Stream stream = typeof(DictionaryResource).Assembly.GetManifestResourceStream(typeof(DictionaryResource), fileName)
            ?? throw new InvalidOperationException($"The resource {fileName} is missing from the assembly.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
