namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Sources that are deleted once what was made from them is stored.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class DeleteDependenciesTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private static readonly DeleteDependenciesOptions Any = new() { Filter = _ => true, AllowSeveralPerInstance = true };

    [Test]
    public async Task DeleteDependenciesAsync_OfEachKind_DeletesWhatIsProvenAndNamesTheRest()
    {
        string remote = await PutAsync("1.dcm", AppendFile("1.dcm"));
        string local = CopyOf(AppendFile("2.dcm"));
        string mismatched = await PutAsync("3.dcm", AppendFile("4.dcm"));
        string one = CopyOf(AppendFile("5.dcm"));
        string two = await PutAsync("part.bin", AppendFile("3.dcm"));
        string[] nested = ["gs://inbox/all.tar://1.dcm", $"{Folder}/all.zip://1.dcm", "https://example.org/1.dcm"];
        await StoreAsync(Id, CodMode.Write,
        [
            Of("1.dcm", remote),
            Of("2.dcm", local),
            Of("3.dcm", mismatched),
            Of("5.dcm", one, two, $"gs://{Inbox}/missing", Path.Combine(Folder, "missing"), Folder),
            Of("4.dcm", nested),
        ]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport dry = await series.DeleteDependenciesAsync(Any with { DryRun = true });
        Assert.That((Exists(remote), File.Exists(local), File.Exists(one)), Is.EqualTo((true, true, true)));
        DependencyReport report = await series.DeleteDependenciesAsync(Any);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dry.Outcomes, Is.EqualTo(report.Outcomes));
            Assert.That(Uris(report.Deleted), Is.EqualTo(new[] { remote, local, one, two }));
            Assert.That(Uris(report.Missing), Is.EqualTo(new[] { $"gs://{Inbox}/missing", Path.Combine(Folder, "missing") }));
            Assert.That(Uris(report.Mismatched), Is.EqualTo(new[] { mismatched }));
            Assert.That(Uris(report.Refused), Is.EqualTo([Folder, .. nested]));
            Assert.That(report.Failed, Is.Empty);
            Assert.That(
                report.Deleted.Select(outcome => outcome.Proof),
                Is.EqualTo(new[] { DependencyProof.StoredChecksum, DependencyProof.BytesRead, DependencyProof.BytesRead, DependencyProof.None }));
            Assert.That(report.Outcomes.Except(report.Deleted).Select(outcome => outcome.Proof), Is.All.Null);
            Assert.That(report.DeletedBytes, Is.EqualTo(new[] { "1.dcm", "2.dcm", "5.dcm", "3.dcm" }.Sum(file => new FileInfo(AppendFile(file)).Length)));
            Assert.That((Exists(remote), Exists(two), Exists(mismatched), File.Exists(local), File.Exists(one)), Is.EqualTo((false, false, true, false, false)));
        }

        Assert.That(Uris((await series.DeleteDependenciesAsync(Any)).Missing), Has.Exactly(6).Items, "what is gone is missing");
    }

    [Test]
    public async Task DeleteDependenciesAsync_PartOfTheDatastoreOrNotWanted_IsRefused()
    {
        string wanted = await PutAsync("1.dcm", AppendFile("1.dcm"));
        string other = await PutAsync("2.dcm", AppendFile("2.dcm"));
        string archive = $"{Datastore.Uri}/{Id.Path}.tar";
        await StoreAsync(Id, CodMode.Write, [Of("3.dcm", wanted, other, archive)]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport report = await series.DeleteDependenciesAsync(Any with { Filter = uri => !uri.EndsWith("2.dcm", StringComparison.Ordinal) });
        Assert.That(Uris(report.Deleted), Is.EqualTo(new[] { wanted }));
        Assert.That(Uris(report.Refused), Is.EqualTo(new[] { other, archive }));
        Assert.That(await VerifyAsync(), Is.Empty);
    }

    [Test]
    public async Task DeleteDependenciesAsync_RelativePathOrDatastoreInOtherLetters_IsRefused()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, CopyOf(AppendFile("1.dcm")));
        string archive = Kind == StoreKind.Bucket ? $"GS{Datastore.Uri[2..]}/{Id.Path}.tar" : $"FILE://{Datastore.Uri}/{Id.Path}.tar";
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", relative), Of("2.dcm", archive)]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        DependencyReport report = await series.DeleteDependenciesAsync(Any);
        Assert.That(Uris(report.Refused), Is.EqualTo(new[] { relative, archive }));
        Assert.That(relative, Does.Exist);
    }

    [Test]
    public async Task DeleteDependenciesAsync_DamagedOrChangedSeries_DeletesNothing()
    {
        string source = await PutAsync("1.dcm", AppendFile("1.dcm"));
        await StoreAsync(Id, CodMode.Write, [Of("1.dcm", source)]);
        await using CodObject old = await OpenSeriesAsync(CodMode.Read);
        await StoreAsync(CodMode.Append, "2.dcm");
        Assert.ThrowsAsync<SeriesChangedException>(() => old.DeleteDependenciesAsync());
        await PutBesideAsync(".tar", new byte[10240]);
        await using CodObject damaged = await OpenSeriesAsync(CodMode.Read);
        Assert.ThrowsAsync<SeriesDamagedException>(() => damaged.DeleteDependenciesAsync());
        Assert.That(Exists(source), Is.True);
    }

    [Test]
    public async Task DeleteDependenciesAsync_ChangesThatAreNotSynced_AreRefused()
    {
        string source = await PutAsync("1.dcm", AppendFile("1.dcm"));
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        await series.AppendAsync([Of("1.dcm", source)]);
        Assert.ThrowsAsync<InvalidOperationException>(() => series.DeleteDependenciesAsync());
        await series.SyncAsync();
        Assert.That(Uris((await series.DeleteDependenciesAsync()).Deleted), Is.EqualTo(new[] { source }));
    }

    private static Instance Of(string file, params string[] dependencies) => new(AppendFile(file)) { Dependencies = dependencies };

    private static IEnumerable<string> Uris(IEnumerable<DependencyOutcome> outcomes) => outcomes.Select(outcome => outcome.Uri);

    private bool Exists(string uri) => Emulator.Core.Find(Inbox, uri[$"gs://{Inbox}/".Length..]) is not null;
}
