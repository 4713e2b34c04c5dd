using System.Buffers.Binary;
using System.Text;

namespace CloudOptimizedDicom.Benchmarks.Data;

/// <summary>CT images as a scanner writes them: eighty elements in the header, then native pixels of any length.</summary>
internal static class SyntheticInstance
{
    public const string StudyUid = "1.2.826.0.1.3680043.10.543.1";

    private const string ExplicitLittleEndian = "1.2.840.10008.1.2.1";
    private const string CtImageStorage = "1.2.840.10008.5.1.4.1.1.2";

    public static string SeriesUid(int series) => $"{StudyUid}.{series}";

    public static string InstanceUid(int series, int instance) => $"{SeriesUid(series)}.{instance}";

    /// <summary>The bytes before the pixels.</summary>
    public static byte[] Header(int series, int instance, long pixelBytes)
    {
        var file = new MemoryStream();
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        var meta = new MemoryStream();
        Write(meta, 0x0002_0002, "UI", CtImageStorage);
        Write(meta, 0x0002_0003, "UI", InstanceUid(series, instance));
        Write(meta, 0x0002_0010, "UI", ExplicitLittleEndian);
        Write(file, 0x0002_0000, "UL", BitConverter.GetBytes((uint)meta.Length));
        meta.WriteTo(file);
        int side = (int)Math.Sqrt(pixelBytes / 2);
        foreach ((uint tag, string vr, string value) in Elements(series, instance))
        {
            Write(file, tag, vr, value);
        }

        Write(file, 0x0028_0002, "US", [1, 0]);
        Write(file, 0x0028_0004, "CS", "MONOCHROME2");
        Write(file, 0x0028_0010, "US", BitConverter.GetBytes((ushort)side));
        Write(file, 0x0028_0011, "US", BitConverter.GetBytes((ushort)side));
        Write(file, 0x0028_0030, "DS", @"0.9765625\0.9765625");
        Write(file, 0x0028_0100, "US", [16, 0]);
        Write(file, 0x0028_0101, "US", [12, 0]);
        Write(file, 0x0028_0102, "US", [11, 0]);
        Write(file, 0x0028_0103, "US", [0, 0]);
        Write(file, 0x0028_1050, "DS", "40");
        Write(file, 0x0028_1051, "DS", "400");
        Write(file, 0x0028_1052, "DS", "-1024");
        Write(file, 0x0028_1053, "DS", "1");
        WriteHeader(file, 0x7FE0_0010, "OW", (uint)pixelBytes);
        return file.ToArray();
    }

    /// <summary>The header of the element that may stand behind the pixels.</summary>
    public static byte[] TrailingPaddingHeader(uint bytes)
    {
        var file = new MemoryStream();
        WriteHeader(file, 0xFFFC_FFFC, "OB", bytes);
        return file.ToArray();
    }

    /// <summary>A whole file of about a size.</summary>
    public static byte[] Create(int series, int instance, int fileBytes)
    {
        byte[] header = Header(series, instance, 0);
        int side = (int)Math.Sqrt(Math.Max(0, fileBytes - header.Length) / 2);
        int pixelBytes = side * side * 2;
        byte[] file = new byte[header.Length + pixelBytes];
        Header(series, instance, pixelBytes).CopyTo(file, 0);
        new Random(instance).NextBytes(file.AsSpan(header.Length));
        return file;
    }

    private static IEnumerable<(uint Tag, string Vr, string Value)> Elements(int series, int instance)
    {
        yield return (0x0008_0005, "CS", "ISO_IR 100");
        yield return (0x0008_0008, "CS", @"ORIGINAL\PRIMARY\AXIAL");
        yield return (0x0008_0016, "UI", CtImageStorage);
        yield return (0x0008_0018, "UI", InstanceUid(series, instance));
        yield return (0x0008_0020, "DA", "20240229");
        yield return (0x0008_0021, "DA", "20240229");
        yield return (0x0008_0022, "DA", "20240229");
        yield return (0x0008_0023, "DA", "20240229");
        yield return (0x0008_0030, "TM", "101500.123456");
        yield return (0x0008_0031, "TM", "101712.5");
        yield return (0x0008_0032, "TM", "101713.25");
        yield return (0x0008_0033, "TM", "101713.5");
        yield return (0x0008_0050, "SH", "ACC-20240229-17");
        yield return (0x0008_0060, "CS", "CT");
        yield return (0x0008_0070, "LO", "A MANUFACTURER");
        yield return (0x0008_0080, "LO", "A HOSPITAL IN A TOWN");
        yield return (0x0008_0090, "PN", "REFERRING^PHYSICIAN");
        yield return (0x0008_1010, "SH", "CT-STATION-2");
        yield return (0x0008_1030, "LO", "CHEST WITH CONTRAST");
        yield return (0x0008_103E, "LO", "LUNG 1.0 B60F");
        yield return (0x0008_1090, "LO", "SCANNER 64");
        yield return (0x0009_0010, "LO", "A CREATOR");
        for (uint element = 0x0009_1001; element <= 0x0009_1010; element++)
        {
            yield return (element, "LO", $"PRIVATE VALUE {element & 0xFF}");
        }

        yield return (0x0010_0010, "PN", "DOE^JANE^Q");
        yield return (0x0010_0020, "LO", "PAT-0001234");
        yield return (0x0010_0030, "DA", "19700101");
        yield return (0x0010_0040, "CS", "F");
        yield return (0x0010_1010, "AS", "054Y");
        yield return (0x0010_1030, "DS", "61.5");
        yield return (0x0018_0015, "CS", "CHEST");
        yield return (0x0018_0022, "CS", "HELIX");
        yield return (0x0018_0050, "DS", "1.25");
        yield return (0x0018_0060, "DS", "120");
        yield return (0x0018_0090, "DS", "500");
        yield return (0x0018_1000, "LO", "SN-778812");
        yield return (0x0018_1020, "LO", @"syngo CT\VB20A");
        yield return (0x0018_1030, "LO", "CHEST ROUTINE");
        yield return (0x0018_1100, "DS", "354");
        yield return (0x0018_1120, "DS", "0");
        yield return (0x0018_1130, "DS", "148.5");
        yield return (0x0018_1140, "CS", "CW");
        yield return (0x0018_1150, "IS", "500");
        yield return (0x0018_1151, "IS", "210");
        yield return (0x0018_1152, "IS", "105");
        yield return (0x0018_1160, "SH", "FLAT");
        yield return (0x0018_1170, "IS", "25");
        yield return (0x0018_1190, "DS", "1.2");
        yield return (0x0018_1210, "SH", "B60f");
        yield return (0x0018_5100, "CS", "FFS");
        yield return (0x0020_000D, "UI", StudyUid);
        yield return (0x0020_000E, "UI", SeriesUid(series));
        yield return (0x0020_0010, "SH", "17");
        yield return (0x0020_0011, "IS", "3");
        yield return (0x0020_0012, "IS", "1");
        yield return (0x0020_0013, "IS", $"{instance}");
        yield return (0x0020_0032, "DS", $@"-177\-310.5\{instance * 1.25:0.##}");
        yield return (0x0020_0037, "DS", @"1\0\0\0\1\0");
        yield return (0x0020_0052, "UI", $"{StudyUid}.900");
        yield return (0x0020_1041, "DS", $"{instance * 1.25:0.##}");
    }

    private static void Write(Stream file, uint tag, string vr, string value)
    {
        byte[] text = Encoding.ASCII.GetBytes(value.Length % 2 == 0 ? value : value + (vr == "UI" ? '\0' : ' '));
        Write(file, tag, vr, text);
    }

    private static void Write(Stream file, uint tag, string vr, ReadOnlySpan<byte> value)
    {
        WriteHeader(file, tag, vr, (uint)value.Length);
        file.Write(value);
    }

    private static void WriteHeader(Stream file, uint tag, string vr, uint length)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(tag >> 16));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)tag);
        Encoding.ASCII.GetBytes(vr, header[4..]);
        if (vr is "OB" or "OW")
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 0);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], length);
            file.Write(header);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)length);
            file.Write(header[..8]);
        }
    }
}
