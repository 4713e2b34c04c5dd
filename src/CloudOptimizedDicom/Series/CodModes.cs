namespace CloudOptimizedDicom;

/// <summary>The letters that the Python package uses for <see cref="CodMode"/>.</summary>
public static class CodModes
{
    /// <summary>Reads <c>r</c>, <c>w</c> or <c>a</c>, or the name of a mode in any case.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public static CodMode Parse(string text) => text?.ToUpperInvariant() switch
    {
        "R" or "READ" => CodMode.Read,
        "W" or "WRITE" => CodMode.Write,
        "A" or "APPEND" => CodMode.Append,
        _ => throw new FormatException($"\"{text}\" is no mode: r, w or a."),
    };
}
