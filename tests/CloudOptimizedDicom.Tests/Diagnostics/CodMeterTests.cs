using System.Diagnostics.Metrics;
using System.Reflection;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>What is counted is documented, and costs nothing where nobody listens.</summary>
[NonParallelizable]
public sealed class CodMeterTests
{
    [Test]
    public void From_Factory_MakesTheInstrumentsOfTheDocument()
    {
        using var recorder = new MeasurementRecorder();
        CodMeter.From(recorder);
        Assert.That(
            recorder.Instruments.Select(instrument => (string[])
                [$"`{instrument.Name}`", instrument is Counter<long> ? "counter" : "histogram", $"`{instrument.Unit}`", instrument.Description!]),
            Is.EqualTo(TelemetryDocument.Instruments.Select(row => (string[])[row[0], row[1], row[2], row[4]])));
        Assert.That(recorder.Instruments.Select(instrument => instrument.Meter.Name), Is.All.EqualTo("CloudOptimizedDicom"));
    }

    [Test]
    public void Document_Spans_AreThoseOfTheCode() =>
        Assert.That(
            TelemetryDocument.Spans.Select(row => row[0].Trim('`')),
            Is.EqualTo(typeof(CodActivitySource).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => field.GetRawConstantValue())));

    [Test]
    public void Measuring_WithoutAListener_AllocatesNothing()
    {
        Measure();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Measure();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(CodActivitySource.HasListeners, Is.False);
    }

    private static void Measure()
    {
        CodMeter.Default.ReadBytes.Add(1);
        CodMeter.Default.StoreBytes.Add(1, TelemetryTag.Direction, "receive");
        using (CodActivitySource.Start(CodActivitySource.ReadInstance, "series"))
        {
        }
    }
}
