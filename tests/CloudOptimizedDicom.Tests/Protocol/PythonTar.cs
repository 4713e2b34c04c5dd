using System.Text;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tests.Tar;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Archives as Python's tarfile writes them: a pax header with the time before each member.</summary>
internal static class PythonTar
{
    private const int RecordBytes = 10240;
    private const int ChecksumOffset = 148;

    /// <summary>The archive with more members, which stand where its end was, and all its members.</summary>
    public static async Task<(byte[] Archive, IReadOnlyList<TarMember> Members)> AppendAsync(byte[] archive, IEnumerable<(string Name, byte[] Data)> more)
    {
        IReadOnlyList<TarMember> before = await TestArchive.ListAsync(archive);
        int end = before.Count == 0 ? 0 : (int)TarBlock.RoundUp(before[^1].Data.End);
        var result = new MemoryStream();
        result.Write(archive.AsSpan(0, end));
        foreach ((string name, byte[] data) in more)
        {
            byte[] time = "22 mtime=1700000001.0\n"u8.ToArray();
            Write(result, Header("././@PaxHeader", 'x', time.Length, time: 0), time);
            Write(result, Header(name, '0', data.Length, time: 1_700_000_001), data);
        }

        result.Write(new byte[2 * TarBlock.Bytes]);
        result.Write(new byte[(int)((RecordBytes - (result.Length % RecordBytes)) % RecordBytes)]);
        return (result.ToArray(), await TestArchive.ListAsync(result.ToArray()));
    }

    private static void Write(MemoryStream archive, byte[] header, byte[] data)
    {
        archive.Write(header);
        archive.Write(data);
        archive.Write(new byte[(int)(TarBlock.RoundUp(archive.Length) - archive.Length)]);
    }

    private static byte[] Header(string name, char type, long size, long time)
    {
        byte[] block = new byte[TarBlock.Bytes];
        void Put(int offset, string text) => Encoding.ASCII.GetBytes(text, block.AsSpan(offset));
        Put(0, name);
        Put(100, type == 'x' ? "0000000" : "0000644");
        Put(108, "0000000");
        Put(116, "0000000");
        Put(124, Octal(size));
        Put(136, Octal(time));
        Put(ChecksumOffset, "        ");
        Put(156, $"{type}");
        Put(257, "ustar\000");
        Put(ChecksumOffset, $"{Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0')}\0");
        return block;

        static string Octal(long number) => Convert.ToString(number, 8).PadLeft(11, '0');
    }
}
