using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Json;

/// <summary>From values to a file, to the reader, to JSON, and back to the values.</summary>
public sealed class DicomJsonRoundTripTests
{
    private static readonly TransferSyntax[] Syntaxes =
        [TransferSyntax.ExplicitVrLittleEndian, TransferSyntax.ImplicitVrLittleEndian, TransferSyntax.ExplicitVrBigEndian];

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Write_RandomDataset_IsReadBackValueByValue(int seed, int more)
    {
        foreach (TransferSyntax syntax in Syntaxes)
        {
            RandomDataset dataset = RandomDataset.Create((seed * 1000) + more, syntax);
            byte[] file = dataset.WriteTo(DicomFileBuilder.Create(syntax)).ToArray();
            byte[] json = WriteJson(file);
            using (JsonDocument.Parse(json))
            {
                dataset.AssertIsIn(DicomJsonDataset.Parse(json));
            }
        }
    }

    private static byte[] WriteJson(byte[] file)
    {
        using DicomDataset dataset = Part10Reader.ReadAsync(file).AsTask().GetAwaiter().GetResult();
        var output = new ArrayBufferWriter<byte>();
        DicomJsonWriter.Write(output, dataset, "series.tar://instances/1.dcm");
        return output.WrittenSpan.ToArray();
    }
}
