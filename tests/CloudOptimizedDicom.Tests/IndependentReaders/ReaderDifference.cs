using System.Text.RegularExpressions;

namespace CloudOptimizedDicom.Tests.IndependentReaders;

/// <summary>A difference between our DICOM JSON and another reader that is meant to be, and why.</summary>
/// <param name="File">A pattern of the file's name.</param>
/// <param name="Reader">The other reader.</param>
/// <param name="Place">A pattern of the tag.</param>
/// <param name="What">A pattern of the difference.</param>
/// <param name="Reason">Why it is right.</param>
internal sealed record ReaderDifference(string File, string Reader, string Place, string What, string Reason)
{
    private const string Pydicom = "pydicom";
    private const string Dcmtk = "dcmtk";

    public static ReaderDifference[] All { get; } =
    [
        // What we say on purpose.
        new(".*", Pydicom, "7FE00010", "representation OB, theirs OW", "encapsulated Pixel Data is OB (PS3.5 section A.4)"),
        new(".*_odd_(at_len6|fd_len6|us_len3)", ".*", ".*", "representation UN, theirs (AT|FD|US)", "a number whose length is torn is bytes"),
        new(".*(d4_ds_cut|rtplan_truncated).*", Pydicom, ".*", "representation UN, theirs DS", "half a value is no number"),
        new("dicom_odd_vr_unknown_XX.*", Pydicom, "00091001", "representation UN, theirs XX", "letters that are no representation are UN"),
        new("dicom_odd_garbage_tail.*", Pydicom, "41474252", "representation UN, theirs AG", "letters that are no representation are UN"),
        new("dicom_odd_implicit_ambiguous.*", Dcmtk, "0028.*", "representation UN, theirs US", "without Pixel Representation nobody knows the sign"),
        new("dicom_odd_dup_tag.*", Dcmtk, "00100020", "value", "of a tag that occurs twice the last counts, as in Python"),
        new("dicom_odd_pn.*", Dcmtk, "00081048", "value", "a group too many of a name stays in the last"),

        // What the others do not read.
        new("cases_d(2a|3|5|7c)_.*", Pydicom, "-", "cannot read it.*", "pydicom does not read it: see the text beside the case"),
        new("cases_d(1a|1c|3|4|5|7a|7c)_.*", Dcmtk, "-", "cannot read it.*", "dcmtk does not read it: see the text beside the case"),
        new("dicom_odd_(at_len6|implicit_ambiguous).*", Pydicom, "-", "cannot read it.*", "pydicom fails at a torn AT and at a missing Pixel Representation"),
        new("dicom_odd_(fd_len6|garbage_tail|meta_private_ts|truncated_pixels|vr_unknown_XX).*", Dcmtk, "-", "cannot read it.*", "dcmtk refuses damage"),
        new("pydicom_test_files_(MR_truncated|rtplan_truncated)", Dcmtk, "-", "cannot read it.*", "dcmtk refuses a file that is cut"),
        new("pydicom_test_files_SC_rgb_jpeg", Dcmtk, "-", "cannot read it.*", "it has implicit elements between explicit ones, which dcmtk takes for unknown representations"),
        new("dicom_odd_vrzoo.*", Dcmtk, "-", "cannot read it.*", "dcm2json writes JSON that is none"),
        new(
            "(dicom_odd_cs_(jp.*|misspelt|none_highbytes|unknown)|pydicom_charset_files_(chrH3.|chrJap.*|chrSQEncoding1)|pydicom_test_files_J2K_pixelrep_mismatch).*",
            Dcmtk, "-", "cannot read it.*", "this dcmtk does not convert the character set"),

        // What the others write otherwise.
        new("cases_d1c_.*", Pydicom, "7FE00010", "representation OW, theirs .*OB", "an implicit file has OW; pydicom decides by Bits Allocated"),
        new("pydicom_charset_files_chrSQEncoding1", Pydicom, "00321064.*", "value", "pydicom does not take the character set of the item"),
        new("pydicom_charset_files_chrSQEncoding", Dcmtk, "00321064.*", "value", "dcmtk does not take the character set of the item"),
        new(".*", Dcmtk, ".*0000", "only ours: UL", "dcm2json leaves out group lengths"),
        new(".*", Dcmtk, "00080005", "value", "dcm2json writes UTF-8 and says so"),
        new("(dicom_bigendian|pydicom_test_files_(MR_small_bigendian|MR_small_expb|rtdose_expb)).*", Dcmtk, "(7FE00010|00281201)", "value", "dcm2json turns words to little endian; ours are the bytes of the file"),
        new(".*", Dcmtk, "(00080090|00100010|0008105[0-9]|00081060)", "value", "dcm2json trims names: carets that end one, spaces that begin one"),
        new("pydicom_.*CT2.*", Dcmtk, "0027104[56]", "value", "dcm2json writes minus zero without its sign"),
        new("pydicom_charset_files_chrKoreanMulti", Dcmtk, "0019.*", "representation .*, theirs UN", "a private block that our dictionary knows"),
        new(".*(nested_priv_SQ|meta_missing_tsyntax)", Dcmtk, "00010001.*", "value", "dcmtk pads a value of odd length"),
        new("pydicom_test_files_rtdose_rle.*", Dcmtk, ".*", "representation .*, theirs UN", "the file says UN of elements that the dictionary knows: we and pydicom read them by it, dcm2json does not"),
    ];

    /// <summary>The entry that explains a line of the comparison; null where none does.</summary>
    public static ReaderDifference? Find(string line) => Array.Find(All, known => known.Explains(line));

    public bool Explains(string line) =>
        line.Split('\t') is [var file, var reader, var place, var what]
        && Matches(File, file) && Matches(Reader, reader) && Matches(Place, place) && Matches(What, what);

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.CultureInvariant);
}
