using System.Text;
namespace CloudOptimizedDicom.Part10;
/// <summary>stub</summary>
internal sealed class SpecificCharacterSet {
  private Encoding _e = Encoding.Latin1;
  public static SpecificCharacterSet Default { get; } = new();
  public static SpecificCharacterSet Parse(ReadOnlySpan<byte> raw) => new() { _e = raw.IndexOf("192"u8) >= 0 ? Encoding.UTF8 : Encoding.Latin1 };
  public string Decode(ReadOnlySpan<byte> v) => _e.GetString(v);
  public string[] DecodeValues(ReadOnlySpan<byte> v, bool isPersonName) => _e.GetString(v).Split('\\');
  public static bool IsPlain(ReadOnlySpan<byte> v) => Ascii.IsValid(v) && !v.Contains((byte)0x1b);
}
