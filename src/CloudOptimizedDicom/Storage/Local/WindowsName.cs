using System.Buffers;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>What Windows refuses as the name of a file, or takes for another (Naming Files, Paths, and Namespaces).</summary>
internal static class WindowsName
{
    private static readonly SearchValues<char> Reserved = SearchValues.Create("<>:\"|?*");

    public static bool IsValid(string segment)
    {
        string device = segment.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        bool isDevice = device is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            or ['C', 'O', 'M', (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3']
            or ['L', 'P', 'T', (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3'];
        return !isDevice && !segment.AsSpan().ContainsAny(Reserved) && !segment.EndsWith('.') && !segment.EndsWith(' ');
    }
}
