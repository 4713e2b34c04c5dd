namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>Repairs, unlocks, verifies and copies while others work, and takes locks from holders dead or alive.</summary>
internal sealed class SoakMender(SoakOutput output) : ISoakRole
{
    public bool MayFailWith(CodException error) => error is CodObjectNotFoundException or Locking.LockAcquisitionException or Locking.LockLostException
        or CodSyncException or SeriesDamagedException or SeriesChangedException or CopyInterruptedException;

    public async Task<int> WorkAsync(CodDatastore store, CodDatastore copies, int series, Random random)
    {
        SeriesId id = SoakInstance.Series(series);
        switch (random.Next(12))
        {
            case < 4:
                await store.RepairSeriesAsync(id.StudyUid, id.SeriesUid, new RepairOptions { TakeOverLock = true });
                break;
            case < 8:
                await store.UnlockSeriesAsync(id.StudyUid, id.SeriesUid, new UnlockOptions { Force = true });
                break;
            case < 9:
                await store.UnlockSeriesAsync(id.StudyUid, id.SeriesUid, new UnlockOptions { OlderThan = TimeSpan.Zero });
                break;
            case < 10:
                await store.VerifySeriesAsync(id.StudyUid, id.SeriesUid, new VerifyOptions { Deep = true });
                break;
            default:
                await CopyAsync(store, copies, series, id);
                break;
        }

        return 0;
    }

    private async Task CopyAsync(CodDatastore store, CodDatastore copies, int series, SeriesId id)
    {
        int operation = output.Begin(SoakEventKind.Copy, series, []);
        await store.CopySeriesAsync(id.StudyUid, id.SeriesUid, copies, new CopyOptions { Overwrite = true });
        output.Done(operation);
    }
}
