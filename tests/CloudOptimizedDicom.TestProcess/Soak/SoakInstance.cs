using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>
/// The instances of a soak. Every process can rebuild the bytes from the number, so a mix-up shows. Version 1 of an instance
/// has the same size as version 0 and must never be stored.
/// </summary>
internal static class SoakInstance
{
    private const string StudyUid = "1.2.826.0.1.3680043.8.498.7016";
    private const int Columns = 64;
    private const int LargeRows = 5000;

    public static SeriesId Series(int series) => new(StudyUid, string.Create(CultureInfo.InvariantCulture, $"{StudyUid}.{series + 1}"));

    public static string Uid(int series, int number) => string.Create(CultureInfo.InvariantCulture, $"{Series(series).SeriesUid}.{number}");

    public static int NumberOf(string uid) => int.Parse(uid.AsSpan(uid.LastIndexOf('.') + 1), CultureInfo.InvariantCulture);

    /// <summary>The bytes of the only frame: about a kilobyte, but 320 kB in every twentieth instance, which takes several reads.</summary>
    public static byte[] Frame(int series, int number, int version)
    {
        byte[] pixels = new byte[Columns * Rows(number)];
        new Random(HashCode(series, number, version)).NextBytes(pixels);
        return pixels;
    }

    public static byte[] Build(int series, int number, int version = 0)
    {
        using var file = new MemoryStream();
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        WriteText(file, 0x0002, 0x0010, "1.2.840.10008.1.2.1");
        WriteText(file, 0x0008, 0x0016, "1.2.840.10008.5.1.4.1.1.7");
        WriteText(file, 0x0008, 0x0018, Uid(series, number));
        WriteText(file, 0x0020, 0x000D, StudyUid);
        WriteText(file, 0x0020, 0x000E, Series(series).SeriesUid);
        WriteNumber(file, 0x0028, 0x0002, 1);
        WriteNumber(file, 0x0028, 0x0010, (ushort)Rows(number));
        WriteNumber(file, 0x0028, 0x0011, Columns);
        WriteNumber(file, 0x0028, 0x0100, 8);
        byte[] pixels = Frame(series, number, version);
        WriteHeader(file, 0x7FE0, 0x0010, "OB");
        WriteInteger(file, 0, sizeof(ushort));
        WriteInteger(file, pixels.Length, sizeof(uint));
        file.Write(pixels);
        return file.ToArray();
    }

    private static int Rows(int number) => number % 20 == 0 ? LargeRows : 2 + (number * 7 % 30);

    /// <summary>Equal in all processes, unlike the hash codes of the runtime.</summary>
    private static int HashCode(int series, int number, int version) => (((series * 1_000_003) + number) * 31) + version;

    private static void WriteText(MemoryStream file, int group, int element, string text)
    {
        WriteHeader(file, group, element, "UI");
        WriteInteger(file, text.Length + (text.Length % 2), sizeof(ushort));
        file.Write(Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + '\0'));
    }

    private static void WriteNumber(MemoryStream file, int group, int element, ushort number)
    {
        WriteHeader(file, group, element, "US");
        WriteInteger(file, sizeof(ushort), sizeof(ushort));
        WriteInteger(file, number, sizeof(ushort));
    }

    private static void WriteHeader(MemoryStream file, int group, int element, string vr)
    {
        WriteInteger(file, group, sizeof(ushort));
        WriteInteger(file, element, sizeof(ushort));
        file.Write(Encoding.ASCII.GetBytes(vr));
    }

    private static void WriteInteger(MemoryStream file, int value, int bytes)
    {
        Span<byte> littleEndian = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(littleEndian, value);
        file.Write(littleEndian[..bytes]);
    }
}
