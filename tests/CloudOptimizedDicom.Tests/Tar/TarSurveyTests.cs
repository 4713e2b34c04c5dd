using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom.Tests.Tar;

public sealed class TarSurveyTests
{
    private string _path = "";

    [SetUp]
    public void CreateFile() => _path = Path.GetTempFileName();

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public async Task ReadAsync_SoundArchive_HasAllMembersAndNoDamage()
    {
        TarSurvey survey = await SurveyAsync(_ => { });
        Assert.That((survey.IsSound, survey.Members.Count, survey.SoundBytes, survey.EndMarkerOffset), Is.EqualTo((true, 3, 3072, 3072)));
    }

    [Test]
    public async Task ReadAsync_DamagedHeader_GoesOnAtTheNextOne()
    {
        TarSurvey survey = await SurveyAsync(tar => tar[1024 + 10] ^= 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(survey.Members.Select(member => member.Name), Is.EqualTo(new[] { "0", "2" }));
            Assert.That(survey.Damages.Select(damage => (damage.Range, damage.IsBehindEnd)), Is.EqualTo(new[] { (new ByteRange(1024, 1024), false) }));
            Assert.That((survey.IsSound, survey.SoundBytes), Is.EqualTo((false, 1024)));
        }
    }

    [Test]
    public async Task ReadAsync_BytesBehindTheEnd_AreDamageWithoutTheZerosAroundThem()
    {
        TarSurvey survey = await SurveyAsync(tar => tar[8192] = 7);
        Assert.That(survey.Damages.Select(damage => (damage.Range, damage.IsBehindEnd)), Is.EqualTo(new[] { (new ByteRange(8192, 512), true) }));
        Assert.That(survey.SoundBytes, Is.EqualTo(3072));
    }

    [TestCase(3072, 3, 0, Description = "the end marker is cut off")]
    [TestCase(2700, 2, 652, Description = "a member is cut")]
    [TestCase(0, 0, 0, Description = "nothing is left")]
    public async Task ReadAsync_ArchiveThatIsCut_IsNotSound(int length, int members, int damagedBytes)
    {
        TarSurvey survey = await SurveyAsync(_ => { }, length);
        Assert.That((survey.Members.Count, survey.Damages.Sum(damage => damage.Range.Length), survey.IsSound), Is.EqualTo((members, damagedBytes, false)));
    }

    /// <summary>An archive of three members of 400 bytes, each of two blocks.</summary>
    private async Task<TarSurvey> SurveyAsync(Action<byte[]> damage, int? length = null)
    {
        using (var file = new FileStream(_path, FileMode.Create))
        {
            var writer = new SeriesTarWriter(file.SafeFileHandle);
            byte[] data = [.. Enumerable.Repeat((byte)1, 400)];
            for (int i = 0; i < 3; i++)
            {
                writer.WriteMember($"{i}", data, Crc32c.Compute(data));
            }

            writer.Finish();
        }

        byte[] tar = await File.ReadAllBytesAsync(_path);
        damage(tar);
        await File.WriteAllBytesAsync(_path, tar[..(length ?? tar.Length)]);
        using FileStream damaged = File.OpenRead(_path);
        return await TarSurvey.ReadAsync(new TarFileSource(damaged.SafeFileHandle), CancellationToken.None);
    }
}
