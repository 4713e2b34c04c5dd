namespace CloudOptimizedDicom.Tests.Series;

public sealed class PreparedInstanceTests
{
    /// <summary>A small instance is read whole before anything is called back, so the source itself lets the file change.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task OpenAsync_SmallFileThatIsWrittenMeanwhile_IsSourceChanged(bool isWritten)
    {
        string directory = Directory.CreateTempSubdirectory("cod-").FullName;
        try
        {
            string path = SyntheticInstance.Write(directory, 1, 1000);
            var source = new ChangingSource(new FileInstanceSource(path), () =>
            {
                if (isWritten)
                {
                    using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                    file.Seek(-1, SeekOrigin.End);
                    file.WriteByte(7);
                }
            });
            Assert.That(
                async () =>
                {
                    await using PreparedInstance prepared = await PreparedInstance.OpenAsync(
                        new Instance(path), source, long.MaxValue, uids => uids.InstanceUid, CancellationToken.None);
                },
                isWritten ? Throws.InstanceOf<SourceChangedException>() : Throws.Nothing);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A source with which something happens between opening and reading.</summary>
    private sealed class ChangingSource(IInstanceSource source, Action happen) : IInstanceSource
    {
        public string Uri => source.Uri;

        public bool IsRemote => source.IsRemote;

        public async Task<SourceContent> OpenAsync(CancellationToken cancellationToken)
        {
            SourceContent content = await source.OpenAsync(cancellationToken);
            happen();
            return content;
        }

        public Task<SourceContent> OpenHeadAsync(long bytes, CancellationToken cancellationToken) => source.OpenHeadAsync(bytes, cancellationToken);
    }
}
