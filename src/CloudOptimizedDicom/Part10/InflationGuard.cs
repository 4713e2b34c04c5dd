using System.Runtime.CompilerServices;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Ends the reading of a Deflated data set that grows out of proportion. Pixels may be as regular as they like, because they only
/// go by; what stays in memory of all other elements is bounded by the bytes that they came from.
/// </summary>
/// <param name="deflated">Where the bytes come from.</param>
/// <param name="dataset">What is filled.</param>
/// <param name="limits">How far it may grow.</param>
internal sealed class InflationGuard(PrefixedStream deflated, DicomDataset dataset, Part10Limits limits)
{
    /// <exception cref="InvalidDicomException">It has grown too far.</exception>
    public void Check(long inflatedBytes, long position)
    {
        if (inflatedBytes > limits.MaxInflatedBytes)
        {
            throw new InvalidDicomException(position, null, $"the Deflated data set grows beyond {limits.MaxInflatedBytes} bytes");
        }

        long entries = dataset.Count + dataset.Fragments.Count;
        long held = dataset.KeptBytes + (entries * Unsafe.SizeOf<DicomElement>());
        if (held > Math.Max(limits.AlwaysHeldBytes, limits.MaxHeldRatio * deflated.BytesRead))
        {
            throw new InvalidDicomException(
                position, null, $"the elements of the Deflated data set take {held} bytes, more than {limits.MaxHeldRatio} times its {deflated.BytesRead} bytes");
        }
    }
}
