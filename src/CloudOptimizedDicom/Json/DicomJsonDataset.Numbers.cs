using System.Globalization;
using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

public sealed partial class DicomJsonDataset
{
    private const double MaxExactInteger = 1L << 53;

    private delegate bool TryReadNumber<T>(ref Utf8JsonReader reader, out T number);

    /// <summary>The first value as an integer.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// The number, also where it is stored as text or with a fraction of zero; <see langword="null"/> when there is no first
    /// value, it is no integer, or it does not fit.
    /// </returns>
    public long? GetInt(DicomTag tag) => GetNumber<long>(tag, TryReadInt);

    /// <summary>All values as integers.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// The numbers; none at all when one of the values is empty, no integer, or does not fit, so that a number never moves
    /// to another one's place. <see cref="GetStrings(DicomTag)"/> shows what is there.
    /// </returns>
    public IReadOnlyList<long> GetInts(DicomTag tag) => GetNumbers<long>(tag, TryReadInt);

    /// <summary>The first value as a floating point number.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// The number, also where it is stored as text, NaN and the infinities included; <see langword="null"/> when there is no
    /// first value or it is no number.
    /// </returns>
    public double? GetDouble(DicomTag tag) => GetNumber<double>(tag, TryReadDouble);

    /// <summary>All values as floating point numbers.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// The numbers; none at all when one of the values is empty or no number, so that a number never moves to another
    /// one's place. <see cref="GetStrings(DicomTag)"/> shows what is there.
    /// </returns>
    public IReadOnlyList<double> GetDoubles(DicomTag tag) => GetNumbers<double>(tag, TryReadDouble);

    private T? GetNumber<T>(DicomTag tag, TryReadNumber<T> tryRead)
        where T : struct
    {
        Utf8JsonReader reader = OpenValues(Find(tag));
        return ReadNext(ref reader) && tryRead(ref reader, out T number) ? number : null;
    }

    private List<T> GetNumbers<T>(DicomTag tag, TryReadNumber<T> tryRead)
    {
        Utf8JsonReader reader = OpenValues(Find(tag));
        var numbers = new List<T>();
        while (ReadNext(ref reader))
        {
            if (!tryRead(ref reader, out T number))
            {
                return [];
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static bool TryReadInt(ref Utf8JsonReader reader, out long number)
    {
        number = 0;
        if (reader.TokenType == JsonTokenType.String)
        {
            return long.TryParse(JsonText.Read(ref reader), NumberStyles.Integer, CultureInfo.InvariantCulture, out number);
        }

        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        if (reader.TryGetInt64(out number))
        {
            return true;
        }

        bool isInteger = reader.TryGetDouble(out double real) && Math.Abs(real) <= MaxExactInteger && double.IsInteger(real);
        number = isInteger ? (long)real : 0;
        return isInteger;
    }

    private static bool TryReadDouble(ref Utf8JsonReader reader, out double number)
    {
        number = 0;
        return reader.TokenType switch
        {
            JsonTokenType.String =>
                double.TryParse(JsonText.Read(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
            JsonTokenType.Number => reader.TryGetDouble(out number),
            _ => false,
        };
    }
}
