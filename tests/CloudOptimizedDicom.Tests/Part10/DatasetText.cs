using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Data sets as lines of text, to be compared.</summary>
internal static class DatasetText
{
    /// <summary>Everything that the reader found: each entry with the head of its value, the fragments, the JSON.</summary>
    public static List<string> DescribeAll(DicomDataset dataset)
    {
        List<string> lines =
        [
            $"{dataset.TransferSyntax.Uid} starts {dataset.DatasetStart}, preamble {dataset.HasPart10Prefix}, truncated {dataset.IsTruncated}, unordered {dataset.IsUnordered}",
        ];
        for (int i = 0; i < dataset.Count; i++)
        {
            ref DicomElement element = ref dataset[i];
            ReadOnlySpan<byte> kept = dataset.GetKept(element);
            string head = Convert.ToHexString(kept[..(int)Math.Min(element.Length, Math.Min(kept.Length, Part10Limits.HeadBytes))]);
            lines.Add($"{element.Tag} {element.Vr} {element.Flags} {element.ValueOffset} {element.Length} {element.Next} {head}");
        }

        foreach (PixelFragment fragment in dataset.Fragments)
        {
            ReadOnlySpan<byte> kept = dataset.GetKept(fragment);
            lines.Add($"{fragment.Offset} {fragment.Length} {Convert.ToHexString(kept[..Math.Min(kept.Length, PixelFragment.KeptBytes)])}");
        }

        lines.Add(WriteJson(dataset));
        return lines;
    }

    /// <summary>The lines of elements.json in the independent test data.</summary>
    public static IEnumerable<string> Describe(DicomDataset dataset) =>
        Describe(dataset, 0, dataset.Count, depth: 0);

    /// <summary>The DICOM JSON, proven to be JSON.</summary>
    public static string WriteJson(DicomDataset dataset)
    {
        var output = new ArrayBufferWriter<byte>();
        DicomJsonWriter.Write(output, dataset, "series.tar://instances/1.dcm");
        using var parsed = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = DicomJsonWriter.MaxJsonDepth });
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static IEnumerable<string> Describe(DicomDataset dataset, int start, int end, int depth)
    {
        for (int i = start; i < end; i = dataset[i].Next)
        {
            DicomElement element = dataset[i];
            yield return element.Vr == DicomVr.None
                ? $"{depth} item"
                : $"{depth} {element.Tag.Value:X8} {element.Vr} {element.ValueOffset} {element.Length}";
            int childDepth = element.Vr == DicomVr.SQ ? depth + 1 : depth;
            foreach (string line in Describe(dataset, i + 1, element.Next, childDepth))
            {
                yield return line;
            }

            if (element.Has(DicomElementFlags.Encapsulated))
            {
                foreach (PixelFragment fragment in dataset.Fragments)
                {
                    yield return $"{depth} fragment {fragment.Offset} {fragment.Length}";
                }
            }
        }
    }
}
