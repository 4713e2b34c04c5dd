using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What must never be deleted as a dependency, whoever names it.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class DependencyProtectionTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private static readonly DeleteDependenciesOptions Any = new() { Filter = _ => true, AllowSeveralPerInstance = true };

    /// <summary>Ways to the archive of the series; a second dependency leaves the first without proof.</summary>
    [TestCase("link to the file")]
    [TestCase("link to a folder")]
    [TestCase("link to the root")]
    [TestCase("link to a link")]
    [TestCase("dots")]
    [TestCase("hard link")]
    [TestCase("file URI")]
    public async Task DeleteDependenciesAsync_ArchiveOnAnotherWay_IsRefused(string way)
    {
        if (Kind == StoreKind.Bucket)
        {
            Assert.Ignore("The archive is no file.");
        }

        string archive = Path.Combine(Folder, "store", $"{Id.Path}.tar");
        string link = Path.Combine(Folder, "link");
        string named = way switch
        {
            "link to the file" or "hard link" => link,
            "link to a folder" => Path.Combine(link, Path.GetFileName(archive)),
            "link to the root" => Path.Combine(link, $"{Id.Path}.tar"),
            "link to a link" => Path.Combine(Folder, "second", $"{Id.Path}.tar"),
            "dots" => Path.Combine(Folder, "store", "studies", "..", ".", $"{Id.Path}.tar"),
            _ => $"file://{archive}",
        };
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", named, CopyOf(AppendFile("1.dcm")))]);
        switch (way)
        {
            case "link to the file":
                File.CreateSymbolicLink(link, archive);
                break;
            case "link to a folder":
                Directory.CreateSymbolicLink(link, Path.GetDirectoryName(archive)!);
                break;
            case "link to the root" or "link to a link":
                Directory.CreateSymbolicLink(link, "store");
                Directory.CreateSymbolicLink(Path.Combine(Folder, "second"), "link");
                break;
            case "hard link":
                await LinkAsync(archive, link);
                break;
        }

        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport report = await series.DeleteDependenciesAsync(Any with { AllowedRoots = [Folder] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Refused.Select(outcome => outcome.Uri), Is.EqualTo(new[] { named }));
            Assert.That(report.Deleted.Count(), Is.EqualTo(1));
            Assert.That(archive, Does.Exist);
            Assert.That(await VerifyAsync(), Is.Empty);
        }
    }

    /// <summary>The datastore is opened by a link, and the dependency names the folder behind it.</summary>
    [Test]
    public async Task DeleteDependenciesAsync_DatastoreOpenedByALink_IsProtectedBehindIt()
    {
        string real = Directory.CreateDirectory(Path.Combine(Folder, "real")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(Folder, "alias"), real);
        string file = Path.Combine(real, "notes", "1.dcm");
        await using CodDatastore datastore = await CodDatastore.OpenAsync(Path.Combine(Folder, "alias"));
        await datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Write, series => series.AppendAsync([Of("1.dcm", file)]));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Copy(AppendFile("1.dcm"), file);
        await using CodObject series = await datastore.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        DependencyReport report = await series.DeleteDependenciesAsync(Any);
        Assert.That(report.Refused.Single().Reason, Is.EqualTo("it is part of the datastore"));
        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task DeleteDependenciesAsync_ObjectOfAnotherDirectoryStore_IsRefused()
    {
        string other = Path.Combine(Folder, "other");
        await using (CodDatastore datastore = await CodDatastore.OpenAsync(other))
        {
            await datastore.AppendToSeriesAsync(Study, SeriesUid, [new Instance(AppendFile("2.dcm"))]);
        }

        string[] objects = [Path.Combine(other, $"{Id.Path}.tar"), Path.Combine(other, Id.Path, "metadata.json")];
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", objects)]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Assert.That((await series.DeleteDependenciesAsync(Any)).Refused.Select(outcome => outcome.Reason), Is.All.EqualTo("it is an object of a datastore"));
        Assert.That(objects, Is.All.Exist);
    }

    [Test]
    public async Task DeleteDependenciesAsync_NamedByTheMetadataOnly_IsRefusedUntilAllowed()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "sources")).FullName;
        string file = Path.Combine(folder, "1.dcm");
        File.Copy(AppendFile("1.dcm"), file);
        string remote = await PutAsync("sources-2/2.dcm", AppendFile("2.dcm"));
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", file), Of("2.dcm", remote)]);
        string alias = Path.Combine(Folder, "alias");
        Directory.CreateSymbolicLink(alias, folder);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport byDefault = await series.DeleteDependenciesAsync();
        DependencyReport elsewhere = await series.DeleteDependenciesAsync(
            Any with { AllowedRoots = [Path.Combine(Folder, "source"), Path.Combine(Folder, "sources-2"), $"gs://{Inbox}/sources"] });
        Assert.That(byDefault.Refused.Concat(elsewhere.Refused), Has.Exactly(4).Items);
        Assert.That(byDefault.Refused.First().Reason, Does.Contain(nameof(DeleteDependenciesOptions.AllowedRoots)));
        DependencyReport allowed = await series.DeleteDependenciesAsync(new DeleteDependenciesOptions { AllowedRoots = [alias, $"gs://{Inbox}/sources-2/"] });
        Assert.That(allowed.Deleted.Select(outcome => outcome.Uri), Is.EqualTo(new[] { file, remote }));
    }

    [Test]
    public async Task DeleteDependenciesAsync_LinkThatLeadsOutOfAnAllowedRoot_IsRefused()
    {
        string root = Directory.CreateDirectory(Path.Combine(Folder, "allowed")).FullName;
        string victim = CopyOf(AppendFile("1.dcm"));
        Directory.CreateSymbolicLink(Path.Combine(root, "out"), Folder);
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", Path.Combine(root, "out", "1.dcm"))]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport report = await series.DeleteDependenciesAsync(new DeleteDependenciesOptions { AllowedRoots = [root] });
        Assert.That(report.Refused.Single().Reason, Is.EqualTo("it is outside of the allowed roots"));
        Assert.That(victim, Does.Exist);
    }

    [Test]
    public async Task DeleteDependenciesAsync_RootThatIsNoPlace_IsAnErrorBeforeAnything()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Assert.ThrowsAsync<ArgumentException>(() => series.DeleteDependenciesAsync(new DeleteDependenciesOptions { AllowedRoots = ["https://example.org"] }));
    }

    [Test]
    public async Task DeleteDependenciesAsync_AlsoNamedByAnInstanceThatWasNotStored_IsRefused()
    {
        string file = CopyOf(AppendFile("1.dcm"));
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        await series.AppendAsync([Of("1.dcm", file), new Instance(Path.Combine(Folder, "missing.dcm")) { Dependencies = [file] }]);
        await series.SyncAsync();
        Assert.That((await series.DeleteDependenciesAsync()).Refused, Has.Exactly(1).Items);
        Assert.That(file, Does.Exist);
    }

    [Test]
    public async Task DeleteDependenciesAsync_SeveralOfOneInstance_NeedTheOptionAndTellTheirProof()
    {
        string copy = CopyOf(AppendFile("1.dcm"));
        string notes = Path.Combine(Folder, "notes.txt");
        await File.WriteAllTextAsync(notes, "how it was made");
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        await series.AppendAsync([Of("1.dcm", copy, notes)]);
        await series.SyncAsync();
        DependencyReport refused = await series.DeleteDependenciesAsync();
        Assert.That(refused.Refused.Select(outcome => outcome.Reason), Is.All.Contains(nameof(DeleteDependenciesOptions.AllowSeveralPerInstance)));
        Assert.That(new[] { copy, notes }, Is.All.Exist);
        DependencyReport report = await series.DeleteDependenciesAsync(new DeleteDependenciesOptions { AllowSeveralPerInstance = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Deleted.Select(outcome => outcome.Proof), Is.EqualTo(new[] { DependencyProof.BytesRead, DependencyProof.None }));
            Assert.That(report.Deleted.Select(outcome => outcome.Reason is null), Is.EqualTo(new[] { true, false }));
        }
    }

    /// <summary>A pipe would never be opened.</summary>
    [Test]
    [Platform("Linux,MacOsX")]
    public async Task DeleteDependenciesAsync_DeviceOrPipe_IsRefused()
    {
        string pipe = Path.Combine(Folder, "pipe");
        await RunAsync("mkfifo", pipe);
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", pipe), Of("2.dcm", "/dev/null")]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Assert.That((await series.DeleteDependenciesAsync(Any)).Refused.Select(outcome => outcome.Reason), Is.All.EqualTo("it is not a regular file"));
    }

    private static Instance Of(string file, params string[] dependencies) => new(AppendFile(file)) { Dependencies = dependencies };

    private static Task LinkAsync(string existing, string added) => RunAsync("ln", existing, added);

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using Process process = Process.Start(command, arguments);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero);
    }
}
