using System.Text;
using CloudOptimizedDicom.Tests;

namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>The files of one series, and more that could be of it.</summary>
internal static class SeriesFiles
{
    public const string StudyUid = "1.2.826.0.1.3680043.8.498.7001.1";
    public const string SeriesUid = "1.2.826.0.1.3680043.8.498.7001.1.1";

    /// <summary>The last parts of the UIDs, in the order of the file names.</summary>
    private static readonly int[] InstanceNumbers = [3, 1, 2, 5, 4];

    public static string Folder { get; } = Repository.TestData("dicom", "ct5");

    public static string[] All { get; } = [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal)];

    public static string UidOf(string file) => $"{SeriesUid}.{InstanceNumbers[Array.IndexOf(All, file)]}";

    /// <summary>Writes copies of one file, each with a UID of its own.</summary>
    public static string[] WriteCopies(string folder, int first, int count)
    {
        Directory.CreateDirectory(folder);
        string[] files = [.. Enumerable.Range(first, count).Select(number => Path.Combine(folder, $"{number}.dcm"))];
        for (int i = 0; i < count; i++)
        {
            byte[] file = File.ReadAllBytes(All[0]);
            byte[] old = Encoding.ASCII.GetBytes(SeriesUid + ".");
            byte[] unique = Encoding.ASCII.GetBytes($"1.2.{1_000_000 + first + i}.".PadRight(old.Length, '1'));
            for (int at = file.AsSpan().IndexOf(old); at >= 0; at = file.AsSpan().IndexOf(old))
            {
                unique.CopyTo(file.AsSpan(at));
            }

            File.WriteAllBytes(files[i], file);
        }

        return files;
    }
}
