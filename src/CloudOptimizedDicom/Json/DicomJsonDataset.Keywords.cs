using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

public sealed partial class DicomJsonDataset
{
    /// <summary>Whether the data set has an element, be it with a value or empty.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="Contains(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public bool Contains(string keyword) => Contains(FindTag(keyword));

    /// <summary>The value representation of an element.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetVr(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public DicomVr GetVr(string keyword) => GetVr(FindTag(keyword));

    /// <summary>The first value as text.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetString(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public string? GetString(string keyword) => GetString(FindTag(keyword));

    /// <summary>All values as text.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetStrings(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public IReadOnlyList<string?> GetStrings(string keyword) => GetStrings(FindTag(keyword));

    /// <summary>The first value as an integer.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetInt(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public long? GetInt(string keyword) => GetInt(FindTag(keyword));

    /// <summary>All values as integers.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetInts(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public IReadOnlyList<long> GetInts(string keyword) => GetInts(FindTag(keyword));

    /// <summary>The first value as a floating point number.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetDouble(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public double? GetDouble(string keyword) => GetDouble(FindTag(keyword));

    /// <summary>All values as floating point numbers.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetDoubles(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public IReadOnlyList<double> GetDoubles(string keyword) => GetDoubles(FindTag(keyword));

    /// <summary>The items of a sequence.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetSequence(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public IReadOnlyList<DicomJsonDataset> GetSequence(string keyword) => GetSequence(FindTag(keyword));

    /// <summary>The bytes of a binary element that are in the metadata itself.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetInlineBinary(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    /// <exception cref="DicomJsonException">What is stored is not base64.</exception>
    public byte[]? GetInlineBinary(string keyword) => GetInlineBinary(FindTag(keyword));

    /// <summary>What the metadata has of a value that is too long for it.</summary>
    /// <param name="keyword">A keyword such as <c>PatientName</c>, in any case.</param>
    /// <returns>As <see cref="GetBulkData(DicomTag)"/>.</returns>
    /// <exception cref="ArgumentException">The dictionary does not know the keyword.</exception>
    public BulkDataReference? GetBulkData(string keyword) => GetBulkData(FindTag(keyword));

    private static DicomTag FindTag(string keyword) => DicomDictionary.TryGetByKeyword(keyword, out DicomTag tag)
        ? tag
        : throw new ArgumentException($"The data dictionary has no keyword \"{keyword}\".", nameof(keyword));
}
