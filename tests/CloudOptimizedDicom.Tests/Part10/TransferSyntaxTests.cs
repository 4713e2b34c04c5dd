using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

public sealed class TransferSyntaxTests
{
    [TestCase("1.2.840.10008.1.2", false, false, false)]
    [TestCase("1.2.840.10008.1.2.1", true, false, false)]
    [TestCase("1.2.840.10008.1.2.1.99", true, false, true)]
    [TestCase("1.2.840.10008.1.2.2", true, true, false)]
    public void FromUid_NativeSyntax_TellsTheEncoding(string uid, bool explicitVr, bool bigEndian, bool deflated)
    {
        TransferSyntax syntax = TransferSyntax.FromUid(uid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(syntax.IsKnown, Is.True);
            Assert.That(syntax.IsExplicitVr, Is.EqualTo(explicitVr));
            Assert.That(syntax.IsBigEndian, Is.EqualTo(bigEndian));
            Assert.That(syntax.IsDeflated, Is.EqualTo(deflated));
            Assert.That(syntax.IsEncapsulated, Is.False);
            Assert.That(syntax.Family, Is.EqualTo(TransferSyntaxFamily.Native));
        }
    }

    [TestCase("1.2.840.10008.1.2.5", nameof(TransferSyntaxFamily.Rle))]
    [TestCase("1.2.840.10008.1.2.4.50", nameof(TransferSyntaxFamily.Jpeg))]
    [TestCase("1.2.840.10008.1.2.4.66", nameof(TransferSyntaxFamily.Jpeg))]
    [TestCase("1.2.840.10008.1.2.4.70", nameof(TransferSyntaxFamily.Jpeg))]
    [TestCase("1.2.840.10008.1.2.4.81", nameof(TransferSyntaxFamily.JpegLs))]
    [TestCase("1.2.840.10008.1.2.4.91", nameof(TransferSyntaxFamily.Jpeg2000))]
    [TestCase("1.2.840.10008.1.2.4.93", nameof(TransferSyntaxFamily.Jpeg2000))]
    [TestCase("1.2.840.10008.1.2.4.101.1", nameof(TransferSyntaxFamily.Mpeg2))]
    [TestCase("1.2.840.10008.1.2.4.102", nameof(TransferSyntaxFamily.Mpeg4))]
    [TestCase("1.2.840.10008.1.2.4.108", nameof(TransferSyntaxFamily.Hevc))]
    [TestCase("1.2.840.10008.1.2.4.110", nameof(TransferSyntaxFamily.JpegXl))]
    [TestCase("1.2.840.10008.1.2.4.201", nameof(TransferSyntaxFamily.Htj2k))]
    [TestCase("1.2.840.10008.1.2.1.98", nameof(TransferSyntaxFamily.NativeEncapsulated))]
    [TestCase("1.2.840.10008.1.2.8.1", nameof(TransferSyntaxFamily.DeflatedFrame))]
    public void FromUid_EncapsulatedSyntax_NamesTheCompression(string uid, string family)
    {
        TransferSyntax syntax = TransferSyntax.FromUid(uid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(syntax.IsKnown && syntax.IsExplicitVr && !syntax.IsBigEndian && !syntax.IsDeflated, Is.True);
            Assert.That(syntax.IsEncapsulated, Is.True);
            Assert.That(syntax.Family.ToString(), Is.EqualTo(family));
        }
    }

    [TestCase("1.2.840.113619.5.2", TestName = "FromUid_GePrivateSyntax_IsReadAsExplicitLittleEndian")]
    [TestCase("1.2.3.4", TestName = "FromUid_UnknownSyntax_IsReadAsExplicitLittleEndian")]
    [TestCase("", TestName = "FromUid_Empty_IsReadAsExplicitLittleEndian")]
    public void FromUid_Unknown(string uid)
    {
        TransferSyntax syntax = TransferSyntax.FromUid(uid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(syntax.IsKnown, Is.False);
            Assert.That(syntax.IsExplicitVr, Is.True);
            Assert.That(syntax.IsBigEndian, Is.False);
            Assert.That(syntax.IsDeflated, Is.False);
            Assert.That(syntax.IsEncapsulated, Is.Null);
            Assert.That((syntax.Uid, syntax.Name), Is.EqualTo((uid, uid)));
        }
    }

    [Test]
    public void FromUid_Padding_DoesNotCount() =>
        Assert.That(TransferSyntax.FromUid("1.2.840.10008.1.2.1\0 "), Is.EqualTo(TransferSyntax.ExplicitVrLittleEndian));

    [TestCase("1.2.3", true)]
    [TestCase("1.2.4", false)]
    public void Equals_UnknownSyntaxes_ComparesUids(string other, bool equal) =>
        Assert.That(TransferSyntax.FromUid("1.2.3").Equals(TransferSyntax.FromUid(other)), Is.EqualTo(equal));

    [Test]
    public void ToString_KnownSyntax_HasNameAndUid() =>
        Assert.That(TransferSyntax.FromUid("1.2.840.10008.1.2.5").ToString(), Is.EqualTo("RLE Lossless (1.2.840.10008.1.2.5)"));
}
