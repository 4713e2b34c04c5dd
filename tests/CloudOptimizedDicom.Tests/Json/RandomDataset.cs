using System.Globalization;
using System.Text;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Json;

/// <summary>A data set that a seed decides, with what its JSON must give back.</summary>
internal sealed class RandomDataset
{
    private const int MaxDepth = 3;
    private const double OddsOfEmpty = 0.1;
    private const double OddsOfTorn = 0.05;

    /// <summary>A few tags of each representation, by which implicit files are read.</summary>
    private static readonly DicomTag[] Tags =
    [
        DicomTag.ImageType, DicomTag.InstanceCreationDate, DicomTag.StudyTime, DicomTag.AcquisitionDateTime, DicomTag.AccessionNumber,
        DicomTag.RetrieveAETitle, DicomTag.InstitutionAddress, DicomTag.URNCodeValue, DicomTag.LongCodeValue, DicomTag.StudyDescription,
        DicomTag.ReferencedImageSequence, DicomTag.SimpleFrameList, DicomTag.RecommendedDisplayFrameRateInFloat, DicomTag.PatientName,
        DicomTag.PatientAge, DicomTag.AdditionalPatientHistory, DicomTag.PatientComments, DicomTag.ReferencePixelX0, DicomTag.DiffusionBValue,
        DicomTag.TagAngleSecondAxis, DicomTag.StudyInstanceUID, DicomTag.DimensionIndexPointer, DicomTag.ImagesInAcquisition, DicomTag.PixelSpacing, DicomTag.Rows,
        DicomTag.RedPaletteColorLookupTableData, DicomTag.ICCProfile, DicomTag.RequestAttributesSequence, DicomTag.TextValue,
        DicomTag.VectorGridData, DicomTag.LongPrimitivePointIndexList, DicomTag.SelectorSVValue, DicomTag.SelectorUVValue,
        DicomTag.ExtendedOffsetTable, DicomTag.DoubleFloatPixelData,
    ];

    private readonly List<Action<DicomFileBuilder>> _writes = [];
    private readonly List<Action<DicomJsonDataset>> _checks = [];
    private readonly Random _random;
    private readonly TransferSyntax _syntax;
    private readonly TestCharacterSet _characters;

    private RandomDataset(Random random, TransferSyntax syntax, TestCharacterSet? inherited, int depth)
    {
        _random = random;
        _syntax = syntax;
        _characters = inherited ?? TestCharacterSet.All[0];
        if (inherited is null || random.Next(3) == 0)
        {
            _characters = TestCharacterSet.All[random.Next(TestCharacterSet.All.Count)];
            Add(DicomTag.SpecificCharacterSet, DicomVr.CS, Encoding.ASCII.GetBytes(_characters.Term), (json, tag) =>
                Assert.That(string.Join('\\', json.GetStrings(tag)), Is.EqualTo(_characters.Term)));
        }

        foreach (DicomTag tag in Tags.Order().Where(_ => random.Next(2) == 0))
        {
            DicomVr vr = (DicomVr)DicomDictionary.FindVr(tag);
            if (vr == DicomVr.SQ)
            {
                AddSequence(tag, depth);
            }
            else
            {
                AddElement(tag, vr);
            }
        }
    }

    public static RandomDataset Create(int seed, TransferSyntax syntax) => new(new Random(seed), syntax, inherited: null, depth: 0);

    public DicomFileBuilder WriteTo(DicomFileBuilder file)
    {
        _writes.ForEach(write => write(file));
        return file;
    }

    public void AssertIsIn(DicomJsonDataset json)
    {
        _checks.ForEach(check => check(json));
        Assert.That(json.Tags.Count(tag => tag.Group != 0x0002), Is.EqualTo(_writes.Count));
    }

    private void Add(DicomTag tag, DicomVr vr, byte[] value, Action<DicomJsonDataset, DicomTag> check)
    {
        _writes.Add(file => file.Element(tag, vr, value));
        _checks.Add(json =>
        {
            Assert.That(json.Contains(tag), $"{tag}");
            check(json, tag);
        });
    }

    private void AddSequence(DicomTag tag, int depth)
    {
        RandomDataset[] items = [.. Enumerable.Range(0, depth < MaxDepth ? _random.Next(3) : 0).Select(_ => new RandomDataset(_random, _syntax, _characters, depth + 1))];
        (bool sequenceIsDefined, bool itemsAreDefined) = (_random.Next(2) == 0, _random.Next(2) == 0);
        _writes.Add(file => file.Sequence(tag, sequenceIsDefined, sequence =>
        {
            foreach (RandomDataset item in items)
            {
                sequence.Item(itemsAreDefined, inner => item.WriteTo(inner));
            }
        }));
        _checks.Add(json =>
        {
            IReadOnlyList<DicomJsonDataset> read = json.GetSequence(tag);
            Assert.That((json.GetVr(tag), read.Count), Is.EqualTo((DicomVr.SQ, items.Length)));
            for (int i = 0; i < items.Length; i++)
            {
                items[i].AssertIsIn(read[i]);
            }
        });
    }

    private void AddElement(DicomTag tag, DicomVr vr)
    {
        if (_random.NextDouble() < OddsOfEmpty)
        {
            Add(tag, vr, [], (json, empty) => Assert.That(
                (json.GetVr(empty), json.GetStrings(empty).Count, json.GetInlineBinary(empty)), Is.EqualTo((vr, 0, (byte[]?)null))));
        }
        else if (vr.IsBinary())
        {
            AddBinary(tag, vr);
        }
        else if (vr.NumberSize() > 0)
        {
            AddNumbers(tag, vr);
        }
        else if (vr is DicomVr.DS or DicomVr.IS)
        {
            AddNumericText(tag, vr);
        }
        else
        {
            AddText(tag, vr);
        }
    }

    private void AddBinary(DicomTag tag, DicomVr vr)
    {
        byte[] value = NextBytes(_random.Next(2) == 0 ? _random.Next(1, 20) : _random.Next(760, 780));
        Add(tag, vr, value, (json, binary) => Assert.That(
            (json.GetVr(binary), json.GetInlineBinary(binary), json.GetBulkData(binary)?.Uri),
            Is.EqualTo(value.Length <= 768 ? (vr, value, null) : (vr, (byte[]?)null, "series.tar://instances/1.dcm"))));
    }

    private void AddNumbers(DicomTag tag, DicomVr vr)
    {
        int size = vr.NumberSize();
        byte[] value = NextBytes(_random.Next(1, 5) * size);
        if (vr is DicomVr.FL or DicomVr.FD && _random.Next(2) == 0)
        {
            double special = _random.Next(4) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, _ => -0.0 };
            (vr == DicomVr.FL ? BitConverter.GetBytes((float)special) : BitConverter.GetBytes(special)).CopyTo(value, 0);
        }

        string[] expected = [.. value.Chunk(size).Select(number => Describe(vr, number))];
        byte[] stored = _syntax.IsBigEndian ? [.. value.Chunk(vr == DicomVr.AT ? 2 : size).SelectMany(number => number.Reverse())] : value;
        if (_random.NextDouble() < OddsOfTorn)
        {
            byte[] torn = stored[..^1];
            Add(tag, vr, torn, (json, bytes) => Assert.That(
                (json.GetVr(bytes), json.GetInlineBinary(bytes)), Is.EqualTo((DicomVr.UN, torn.Length > 0 ? torn : null))));
            return;
        }

        Add(tag, vr, stored, (json, numbers) => Assert.That(
            vr is DicomVr.FL or DicomVr.FD ? json.GetDoubles(numbers).Select(Describe).ToArray() : [.. json.GetStrings(numbers).OfType<string>()], Is.EqualTo(expected)));
    }

    private static string Describe(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Describe(DicomVr vr, byte[] bytes) => vr switch
    {
        DicomVr.US => $"{BitConverter.ToUInt16(bytes)}",
        DicomVr.SS => $"{BitConverter.ToInt16(bytes)}",
        DicomVr.UL => $"{BitConverter.ToUInt32(bytes)}",
        DicomVr.SL => $"{BitConverter.ToInt32(bytes)}",
        DicomVr.UV => $"{BitConverter.ToUInt64(bytes)}",
        DicomVr.SV => $"{BitConverter.ToInt64(bytes)}",
        DicomVr.AT => $"{BitConverter.ToUInt16(bytes):X4}{BitConverter.ToUInt16(bytes, 2):X4}",
        DicomVr.FL => Describe(BitConverter.ToSingle(bytes)),
        _ => Describe(BitConverter.ToDouble(bytes)),
    };

    private void AddNumericText(DicomTag tag, DicomVr vr)
    {
        string?[] values = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _random.Next(8) switch
        {
            0 => "abc",
            1 => vr == DicomVr.DS ? "NaN" : "1.5",
            2 => null,
            _ when vr == DicomVr.IS => $"{_random.Next(int.MinValue, int.MaxValue)}",
            _ => $"{(_random.Next() / 1000.0).ToString("0.0##", CultureInfo.InvariantCulture)}",
        }), "1.0"];
        values[^1] = vr == DicomVr.IS ? "7" : "7.25";
        Add(tag, vr, Pad(Encoding.ASCII.GetBytes(string.Join('\\', values))), (json, numbers) => Assert.That(json.GetStrings(numbers), Is.EqualTo(values)));
    }

    private void AddText(DicomTag tag, DicomVr vr)
    {
        bool isEncoded = vr is DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.ST or DicomVr.UC or DicomVr.UT;
        string delimiter = vr is DicomVr.LT or DicomVr.ST or DicomVr.UT or DicomVr.UR ? "" : "\\";
        (string Text, byte[] Bytes)[] values =
            [.. Enumerable.Range(0, delimiter.Length == 0 ? 1 : _random.Next(1, 4)).Select(_ => vr == DicomVr.PN ? NextName() : NextText(isEncoded))];
        byte[] bytes = [.. values[0].Bytes, .. values.Skip(1).SelectMany(value => (byte[])[.. Encoding.ASCII.GetBytes(delimiter), .. value.Bytes])];
        Add(tag, vr, Pad(bytes), (json, text) => Assert.That(json.GetStrings(text), Is.EqualTo(values.Select(value => value.Text)), $"{vr} in \"{_characters.Term}\""));
    }

    private (string Text, byte[] Bytes) NextName()
    {
        (string text, byte[] bytes) = NextText(isEncoded: true);
        for (int i = _random.Next(3); i > 0; i--)
        {
            (string more, byte[] moreBytes) = NextText(isEncoded: true);
            char separator = i == 1 ? '=' : '^';
            (text, bytes) = ($"{text}{separator}{more}", [.. bytes, (byte)separator, .. moreBytes]);
        }

        return (text, bytes);
    }

    /// <summary>Text that neither begins nor ends with a space, which the padding takes with it.</summary>
    private (string Text, byte[] Bytes) NextText(bool isEncoded)
    {
        (string Text, byte[] Bytes)[] parts = [.. Enumerable.Range(0, _random.Next(1, 8)).Select(_ => isEncoded && _random.Next(2) == 0
            ? _characters.Characters[_random.Next(_characters.Characters.Length)]
            : _random.Next(6) == 0 ? ("a \"b", "a \"b"u8.ToArray()) : NextLetter())];
        return (string.Concat(parts.Select(part => part.Text)), [.. parts.SelectMany(part => part.Bytes)]);
    }

    private (string Text, byte[] Bytes) NextLetter()
    {
        char letter = (char)_random.Next('0', 'Z' + 1);
        return letter is '=' ? NextLetter() : ($"{letter}", [(byte)letter]);
    }

    private byte[] NextBytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Padding to an even length, or none, which is an error that files have.</summary>
    private byte[] Pad(byte[] value) => value.Length % 2 == 0 || _random.Next(4) == 0 ? value : [.. value, (byte)' '];
}
