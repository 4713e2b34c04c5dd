using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

/// <summary>
/// Writes a data set in the DICOM JSON model (PS3.18 annex F) as COD keeps it: elements in file order with the file meta
/// information behind them, bulk data as an object that names the instance and shows the value's head.
/// </summary>
internal sealed partial class DicomJsonWriter
{
    /// <summary>Deeper than <see cref="Part10Limits.MaxDepth"/> sequences ever get: each is an object, an array and an object.</summary>
    public const int MaxJsonDepth = 1000;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxJsonDepth,
        SkipValidation = true,
    };

    private readonly Utf8JsonWriter _json;
    private readonly DicomDataset _dataset;
    private readonly string _bulkDataUri;

    private DicomJsonWriter(Utf8JsonWriter json, DicomDataset dataset, string bulkDataUri)
    {
        _json = json;
        _dataset = dataset;
        _bulkDataUri = bulkDataUri;
    }

    /// <summary>Writes one object.</summary>
    /// <param name="output">Where the UTF-8 text goes.</param>
    /// <param name="dataset">What was read.</param>
    /// <param name="bulkDataUri">Names the instance in the archive: <c>S.tar://instances/uid.dcm</c>.</param>
    public static void Write(IBufferWriter<byte> output, DicomDataset dataset, string bulkDataUri)
    {
        using var json = new Utf8JsonWriter(output, Options);
        new DicomJsonWriter(json, dataset, bulkDataUri).WriteFile();
    }

    private void WriteFile()
    {
        _json.WriteStartObject();
        Scope scope = OpenScope(_dataset.DatasetStart, _dataset.Count, Scope.Outermost);
        if (_dataset.IsUnordered || HasMetaInDataset())
        {
            WriteOncePerTag(scope, [(_dataset.DatasetStart, _dataset.Count), (0, _dataset.DatasetStart)]);
        }
        else
        {
            WriteElements(scope, _dataset.DatasetStart, _dataset.Count);
            WriteElements(Scope.Outermost, 0, _dataset.DatasetStart);
        }

        _json.WriteEndObject();
    }

    /// <summary>Whether the data set itself begins with group 0002, which the file meta information would repeat.</summary>
    private bool HasMetaInDataset() =>
        _dataset.DatasetStart < _dataset.Count && _dataset[_dataset.DatasetStart].Tag.Group <= 0x0002;

    private void WriteElements(in Scope scope, int start, int end)
    {
        for (int i = start; i < end; i = _dataset[i].Next)
        {
            WriteElement(scope, i);
        }
    }

    /// <summary>A tag that occurs again keeps its first place and takes its last value, as it does in Python.</summary>
    private void WriteOncePerTag(in Scope scope, ReadOnlySpan<(int Start, int End)> runs)
    {
        var last = new Dictionary<DicomTag, int>();
        var order = new List<DicomTag>();
        foreach ((int start, int end) in runs)
        {
            for (int i = start; i < end; i = _dataset[i].Next)
            {
                if (!last.ContainsKey(_dataset[i].Tag))
                {
                    order.Add(_dataset[i].Tag);
                }

                last[_dataset[i].Tag] = i;
            }
        }

        foreach (DicomTag tag in order)
        {
            WriteElement(scope, last[tag]);
        }
    }

    private void WriteElement(in Scope scope, int index)
    {
        ref readonly DicomElement element = ref _dataset[index];
        WriteTagName(element.Tag);
        _json.WriteStartObject();
        ReadOnlySpan<byte> value = _dataset.GetKept(element);
        DicomVr vr = ResolveVr(element, scope, value);
        if (vr == DicomVr.SQ)
        {
            WriteSequence(scope, index);
        }
        else if (vr.IsBinary())
        {
            WriteBinary(vr, element.Length, value);
        }
        else if (element.Length > Part10Limits.MaxInlineTextBytes)
        {
            WriteBulkData(vr, value);
        }
        else if (vr.NumberSize() > 0)
        {
            WriteNumbers(vr, value, element.Has(DicomElementFlags.BigEndian));
        }
        else
        {
            WriteText(scope, vr, value);
        }

        _json.WriteEndObject();
    }

    private void WriteTagName(DicomTag tag)
    {
        Span<byte> name = stackalloc byte[8];
        tag.Value.TryFormat(name, out _, "X8");
        _json.WritePropertyName(name);
    }

    private void WriteVr(DicomVr vr)
    {
        ReadOnlySpan<byte> letters = [(byte)((ushort)vr & 0xFF), (byte)((ushort)vr >> 8)];
        _json.WriteString("vr"u8, letters);
    }

    /// <summary>What the value really is: choices of the dictionary decided, and UN for bytes that are not what they claim.</summary>
    private static DicomVr ResolveVr(in DicomElement element, in Scope scope, ReadOnlySpan<byte> value)
    {
        DicomVr vr = element.Vr;
        if (element.Has(DicomElementFlags.UsOrSs))
        {
            vr = scope.PixelRepresentation switch
            {
                0 => DicomVr.US,
                1 => DicomVr.SS,
                _ => value.IsEmpty ? DicomVr.US : DicomVr.UN,
            };
        }
        else if (element.Has(DicomElementFlags.UsOrOw) && scope.LutEntries == 1)
        {
            vr = DicomVr.US;
        }

        bool isTorn = vr.NumberSize() is > 1 and var size && element.Length % size != 0;
        return !vr.IsStandard() || isTorn ? DicomVr.UN : vr;
    }

    private void WriteSequence(in Scope scope, int sequence)
    {
        WriteVr(DicomVr.SQ);
        _json.WriteStartArray("Value"u8);
        for (int i = sequence + 1; i < _dataset[sequence].Next; i = _dataset[i].Next)
        {
            _json.WriteStartObject();
            Scope inner = OpenScope(i + 1, _dataset[i].Next, scope);
            if (_dataset[i].Has(DicomElementFlags.Unordered))
            {
                WriteOncePerTag(inner, [(i + 1, _dataset[i].Next)]);
            }
            else
            {
                WriteElements(inner, i + 1, _dataset[i].Next);
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteBinary(DicomVr vr, long length, ReadOnlySpan<byte> value)
    {
        if (length > Part10Limits.MaxInlineBinaryBytes)
        {
            WriteBulkData(vr, value);
            return;
        }

        WriteVr(vr);
        if (!value.IsEmpty)
        {
            _json.WriteBase64String("InlineBinary"u8, value);
        }
    }

    /// <summary>The head is the value's first bytes read as UTF-8, as the Python library shows them.</summary>
    private void WriteBulkData(DicomVr vr, ReadOnlySpan<byte> value)
    {
        WriteVr(vr);
        _json.WriteStartObject("BulkDataURI"u8);
        _json.WriteString("uri"u8, _bulkDataUri);
        _json.WriteString("head"u8, Encoding.UTF8.GetString(value[..Math.Min(value.Length, Part10Limits.HeadBytes)]));
        _json.WriteEndObject();
    }
}
