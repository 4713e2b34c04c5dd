using System.Globalization;
using System.Text;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// Gives instances the names of files below one directory, by a template. What stands in the place of a field is text of
/// unknown origin; only a plain name becomes part of a path.
/// </summary>
internal sealed class InstanceFileNames
{
    private readonly string _seriesUri;
    private readonly string _root;
    private readonly string _template;

    /// <param name="seriesUri">The series, for messages.</param>
    /// <param name="root">The directory.</param>
    /// <param name="template">See <see cref="ExtractOptions.NameTemplate"/>.</param>
    /// <exception cref="ArgumentException">The template leads out of the directory, or has an unknown field.</exception>
    public InstanceFileNames(string seriesUri, string root, string template)
    {
        string[] parts = template.Split('/');
        if (Path.IsPathRooted(template) || template.Contains('\\') || template.Contains(':') || parts.Any(part => part is "" or "." or ".."))
        {
            throw new ArgumentException($"\"{template}\" is no path below a directory.", nameof(template));
        }

        _seriesUri = seriesUri;
        _root = root;
        _template = template;
        Expand(static field => field is "study" or "series" or "instance" or "number" or "index"
            ? "1"
            : throw new ArgumentException($"{{{field}}} is no field of a name: study, series, instance, number or index.", nameof(template)));
    }

    /// <summary>The file of each instance, in the order given.</summary>
    /// <exception cref="SeriesDamagedException">A UID cannot be part of a name.</exception>
    /// <exception cref="ArgumentException">Two instances would have one name.</exception>
    public List<string> Name(SeriesId id, IReadOnlyList<InstanceRecord> records)
    {
        var files = new List<string>(records.Count);
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < records.Count; i++)
        {
            int index = i;
            string relative = Expand(field => ToText(field, id, records[index], index));
            if (!used.Add(relative))
            {
                throw new ArgumentException($"\"{_template}\" gives two instances the name {relative}; {{instance}} or {{index}} in it tells them apart.");
            }

            files.Add(Path.Combine(_root, relative.Replace('/', Path.DirectorySeparatorChar)));
        }

        return files;
    }

    private string ToText(string field, SeriesId id, InstanceRecord record, int index)
    {
        string text = field switch
        {
            "study" => id.StudyUid,
            "series" => id.SeriesUid,
            "instance" => record.Uid,
            "number" => record.Metadata.GetInt(DicomTag.InstanceNumber)?.ToString("D6", CultureInfo.InvariantCulture) ?? "none",
            _ => index.ToString("D6", CultureInfo.InvariantCulture),
        };
        return DicomUid.IsSafeName(text) ? text : throw new SeriesDamagedException(_seriesUri, $"{ShownText.Name(text)} cannot name a file");
    }

    private string Expand(Func<string, string> value)
    {
        var expanded = new StringBuilder();
        for (int at = 0; at < _template.Length;)
        {
            int open = _template.IndexOf('{', at);
            int close = open < 0 ? -1 : _template.IndexOf('}', open);
            if (close < 0)
            {
                return expanded.Append(_template, at, _template.Length - at).ToString();
            }

            expanded.Append(_template, at, open - at).Append(value(_template[(open + 1)..close]));
            at = close + 1;
        }

        return expanded.ToString();
    }
}
