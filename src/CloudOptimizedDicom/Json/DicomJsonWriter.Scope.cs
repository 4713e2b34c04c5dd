using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

internal sealed partial class DicomJsonWriter
{
    /// <summary>What a data set says about how its other elements are to be read; items inherit it.</summary>
    private readonly struct Scope
    {
        public static readonly Scope Outermost = new() { CharacterSet = SpecificCharacterSet.Default };

        public required SpecificCharacterSet CharacterSet { get; init; }

        /// <summary>0 unsigned, 1 signed, null when nothing says.</summary>
        public int? PixelRepresentation { get; init; }

        /// <summary>The first value of LUT Descriptor.</summary>
        public int? LutEntries { get; init; }
    }

    /// <summary>Reads the elements that govern others before any is written, because a file may have them in any order.</summary>
    private Scope OpenScope(int start, int end, in Scope outer)
    {
        (SpecificCharacterSet characterSet, int? representation, int? entries) = (outer.CharacterSet, outer.PixelRepresentation, default(int?));
        for (int i = start; i < end; i = _dataset[i].Next)
        {
            ref readonly DicomElement element = ref _dataset[i];
            if (element.Tag == DicomTag.SpecificCharacterSet)
            {
                characterSet = SpecificCharacterSet.Parse(_dataset.GetKept(element));
            }
            else if (element.Tag == DicomTag.PixelRepresentation)
            {
                representation = FirstNumber(element) ?? representation;
            }
            else if (element.Tag == DicomTag.LUTDescriptor)
            {
                entries = FirstNumber(element);
            }
        }

        return new Scope { CharacterSet = characterSet, PixelRepresentation = representation, LutEntries = entries };
    }

    private int? FirstNumber(in DicomElement element)
    {
        ReadOnlySpan<byte> value = _dataset.GetKept(element);
        return value.Length >= sizeof(ushort) ? DicomNumber.ReadUInt16(value, element.Has(DicomElementFlags.BigEndian)) : null;
    }
}
