using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom;

/// <summary>
/// Lists of instances that somebody else has made: CSV with a header line, or JSON Lines. A row has <c>uri</c>, or
/// <c>bucket</c> and <c>name</c> as objects of Cloud Storage have them, and as far as they are known <c>size</c> (bytes),
/// <c>crc32c</c> (base64, or eight hexadecimal digits), <c>study_uid</c>, <c>series_uid</c> and <c>instance_uid</c> (as in the
/// file, never hashed). Names count without case and underscores, DICOM's own (<c>StudyInstanceUID</c>) are understood, other
/// columns are ignored. No value has a line break. What a row knows becomes <see cref="Hints"/>.
/// </summary>
public static class InstanceInventory
{
    /// <summary>The longest line, in bytes of UTF-8 (inclusive).</summary>
    public const int MaxLineBytes = 1 << 20;

    /// <summary>Reads an inventory row by row, as it is asked for.</summary>
    /// <param name="inventory">The bytes, in UTF-8; JSON Lines when the first character is a brace. It stays open.</param>
    /// <param name="uidHasher">The <see cref="Instance.UidHasher"/> of all instances.</param>
    /// <param name="onBadRow">Told of a row that cannot be used, which is left out; where it is <see langword="null"/>, such a row is thrown.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The instances in the order of the rows.</returns>
    /// <exception cref="InventoryException">A row cannot be used, or the columns name no instances.</exception>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    public static async IAsyncEnumerable<Instance> ReadAsync(
        Stream inventory,
        Func<string, string>? uidHasher = null,
        Action<InventoryException>? onBadRow = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        var row = new InventoryRow();
        bool isJson = false;
        InventoryCsv? csv = null;
        await foreach ((long number, ReadOnlySequence<byte>? line) in InventoryText.ReadLinesAsync(inventory, cancellationToken).ConfigureAwait(false))
        {
            Instance? instance = null;
            try
            {
                ReadOnlySequence<byte> text = line is { } whole ? InventoryText.Trim(whole) : throw new FormatException($"it is longer than {MaxLineBytes} bytes");
                if (text.IsEmpty)
                {
                    continue;
                }

                row.Clear();
                if (number == 1 && Gzip.IsGzip(text.FirstSpan))
                {
                    throw new FormatException("the inventory is gzipped; inflate it first, such as by gunzip");
                }

                isJson |= csv is null && text.FirstSpan[0] == '{';
                if (isJson)
                {
                    InventoryJson.Read(text, row);
                }
                else if (csv is null)
                {
                    csv = InventoryCsv.ReadHeader(Encoding.UTF8.GetString(text));
                    continue;
                }
                else
                {
                    csv.Read(Encoding.UTF8.GetString(text), row);
                }

                instance = row.ToInstance(uidHasher);
            }
            catch (FormatException error)
            {
                var bad = new InventoryException(number, error.Message, error);
                bool isReadable = isJson || csv is not null;
                (isReadable && onBadRow is not null ? onBadRow : Throw)(bad);
            }

            if (instance is not null)
            {
                yield return instance;
            }
        }
    }

    private static void Throw(InventoryException error) => throw error;
}
