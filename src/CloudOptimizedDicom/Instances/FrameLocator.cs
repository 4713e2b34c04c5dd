using System.Text;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// Tells where the frames of a stored instance really are. The Python library puts native frames 8 bytes too high and takes
/// fragments for frames where there are as many, and a record does not say who wrote its table, so each is proven: by the
/// record alone where that suffices, else by a few bytes of the instance, else by all of it.
/// </summary>
internal sealed class FrameLocator
{
    /// <summary>By how much Python's native frames are too high: by the header of an item, which native pixels do not have.</summary>
    private const int PythonShift = 8;

    /// <summary>How much is read to see frames begin. It proves the short ones, and the pattern of the longer ones.</summary>
    private const int MaxProbeBytes = 16 * 1024;

    private readonly InstanceRecord _record;
    private readonly FrameIndex _stored;
    private readonly DicomJsonDataset _tags;
    private readonly TransferSyntax _syntax;
    private readonly ReadInstanceRange _read;

    private FrameLocator(InstanceRecord record, FrameIndex stored, ReadInstanceRange read)
    {
        _record = record;
        _stored = stored;
        _tags = record.Metadata;
        _syntax = TransferSyntax.FromUid(_tags.GetString(DicomTag.TransferSyntaxUID) ?? "");
        _read = read;
    }

    private long Size => _record.SizeBytes;

    private long LastEnd => _stored[_stored.Count - 1].End;

    /// <summary>The frames of a record; null when there is no table or it cannot be trusted, so that only the whole instance helps.</summary>
    /// <param name="record">The record.</param>
    /// <param name="read">Reads the instance; not called when the record proves its table.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="InstanceMetadataException">The record's tags are damaged.</exception>
    /// <exception cref="InvalidDicomException">The instance had to be parsed, and is not readable as DICOM.</exception>
    public static async ValueTask<FrameIndex?> ResolveAsync(InstanceRecord record, ReadInstanceRange read, CancellationToken cancellationToken)
    {
        if (record.Frames is not { } stored)
        {
            return null;
        }

        var locator = new FrameLocator(record, stored, read);
        if (locator._syntax.IsDeflated || Codestream.IsVideo(locator._syntax))
        {
            return null;
        }

        FrameIndex? proven = stored.Count <= 1 || stored.Count != locator._tags.GetInt(DicomTag.NumberOfFrames) ? null
            : locator._syntax.IsEncapsulated == true ? await locator.ProveEncapsulatedAsync(cancellationToken).ConfigureAwait(false)
            : await locator.ProveNativeAsync(cancellationToken).ConfigureAwait(false);
        return proven ?? await locator.ParseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The table of a record whose encapsulated frames look right, and have only to be seen to begin as frames do; null for
    /// every other. Whoever reads one of them sees that, so it needs no read of its own.
    /// </summary>
    /// <exception cref="InstanceMetadataException">The record's tags are damaged.</exception>
    public static FrameIndex? FindUnproven(InstanceRecord record)
    {
        if (record.Frames is not { Count: > 1 } stored)
        {
            return null;
        }

        var locator = new FrameLocator(record, stored, static (_, _) => throw new InvalidOperationException("Nothing is to be read."));
        bool isCandidate = locator._syntax.IsEncapsulated == true && Codestream.IsKnown(locator._syntax)
            && stored.Count == locator._tags.GetInt(DicomTag.NumberOfFrames) && locator.AreApart() && !locator.IsBasicTable();
        return isCandidate ? stored : null;
    }

    /// <summary>The stored table where its frames are apart by an item's header and begin as frames do.</summary>
    private async ValueTask<FrameIndex?> ProveEncapsulatedAsync(CancellationToken cancellationToken)
    {
        if (!AreApart())
        {
            return null;
        }

        if (!Codestream.IsKnown(_syntax) || IsBasicTable())
        {
            return _stored;
        }

        long start = _stored.Offsets[1];
        var range = ByteRange.FromStartAndEnd(start, Math.Min(LastEnd, start + MaxProbeBytes));
        ReadOnlyMemory<byte> bytes = await _read(range, cancellationToken).ConfigureAwait(false);
        return DoFramesBegin(bytes.Span, start) ? _stored : null;
    }

    private bool AreApart()
    {
        long end = 0;
        for (int i = 0; i < _stored.Count; i++)
        {
            if (_stored.Offsets[i] - end < PixelFragment.HeaderBytes)
            {
                return false;
            }

            end = _stored[i].End;
        }

        return end <= Size;
    }

    /// <summary>Whether the pixels begin with a Basic Offset Table that says the same, as far as the metadata shows it.</summary>
    private bool IsBasicTable()
    {
        if (_tags.GetBulkData(DicomTag.PixelData)?.Head is not { } head)
        {
            return false;
        }

        var table = new byte[Math.Min(Part10Limits.HeadBytes, PixelFragment.HeaderBytes + (_stored.Count * (long)sizeof(uint)))];
        using (var writer = new BinaryWriter(new MemoryStream(table)))
        {
            writer.Write(0xE000FFFE);
            writer.Write(_stored.Count * sizeof(uint));
            for (int i = 0; writer.BaseStream.Position < table.Length; i++)
            {
                writer.Write((uint)(_stored.Offsets[i] - _stored.Offsets[0]));
            }
        }

        // The table's last bytes may be one character with what follows them.
        string text = Encoding.UTF8.GetString(table).TrimEnd('\uFFFD');
        return head.StartsWith(text, StringComparison.Ordinal);
    }

    private bool DoFramesBegin(ReadOnlySpan<byte> bytes, long start)
    {
        for (int i = 1; i < _stored.Count && _stored.Offsets[i] - start <= bytes.Length - PixelFragment.KeptBytes; i++)
        {
            if (!Codestream.Begins(_syntax, bytes[(int)(_stored.Offsets[i] - start)..]))
            {
                return false;
            }
        }

        return bytes.Length >= PixelFragment.KeptBytes;
    }

    private async ValueTask<FrameIndex?> ProveNativeAsync(CancellationToken cancellationToken)
    {
        DicomTag pixels = Array.Find(FrameIndexBuilder.PixelTags, _tags.Contains);
        long offset = _stored.Offsets[0];
        long length = _stored.Lengths[0];
        if (length != GetFrameBytes() || !AreAdjacent(offset, length) || offset < PythonShift)
        {
            return null;
        }

        FrameIndex shifted = FrameIndex.Adjacent(offset - PythonShift, length, _stored.Count);
        if (_syntax.IsEncapsulated == false && _tags.Tags.LastOrDefault(tag => tag.Group != 0x0002) == pixels)
        {
            // The pixels end with the instance, behind at most one byte that makes their length even.
            long padding = length * _stored.Count % 2;
            if (Size - LastEnd is >= 0 and var behind && behind <= padding)
            {
                return _stored;
            }

            if (Size - LastEnd + PythonShift is >= 0 and var behindShifted && behindShifted <= padding)
            {
                return shifted;
            }
        }

        long start = Math.Max(0, offset - PythonShift - PixelHeader.MaxBytes);
        ReadOnlyMemory<byte> bytes = await _read(ByteRange.FromStartAndEnd(start, Math.Min(offset, Size)), cancellationToken).ConfigureAwait(false);
        if (start + bytes.Length != offset)
        {
            return null;
        }

        bool isRight = IsBehindHeader(bytes.Span, pixels, offset);
        bool isShifted = IsBehindHeader(bytes.Span[..^PythonShift], pixels, offset - PythonShift);
        return isRight == isShifted ? null : isRight ? _stored : shifted;
    }

    private bool IsBehindHeader(ReadOnlySpan<byte> bytes, DicomTag pixels, long offset) =>
        PixelHeader.FindLength(bytes, pixels, _syntax) is { } length
            && length >= _stored.Lengths[0] * _stored.Count
            && length <= Size - offset;

    private long? GetFrameBytes() => NativeFrame.GetBytes(
        _tags.GetInt(DicomTag.Rows),
        _tags.GetInt(DicomTag.Columns),
        _tags.GetInt(DicomTag.BitsAllocated),
        _tags.Contains(DicomTag.SamplesPerPixel) ? _tags.GetInt(DicomTag.SamplesPerPixel) : 1,
        _tags.GetString(DicomTag.PhotometricInterpretation));

    private bool AreAdjacent(long offset, long length)
    {
        if (offset > Size || length > Size / _stored.Count)
        {
            return false;
        }

        for (int i = 0; i < _stored.Count; i++)
        {
            if (_stored.Offsets[i] != offset + (i * length) || _stored.Lengths[i] != length)
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<FrameIndex?> ParseAsync(CancellationToken cancellationToken)
    {
        var stream = new InstanceRangeStream(Size, _read);
        await using (stream.ConfigureAwait(false))
        {
            using DicomDataset dataset = await Part10Reader.ReadAsync(stream, limits: null, stopBefore: null, cancellationToken).ConfigureAwait(false);
            return FrameIndexBuilder.Build(dataset);
        }
    }
}
