using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Reads the archive and the index whole and compares them with the metadata: that every instance is at its place with
    /// its bytes, that nothing else is there, that the index lists what the archive holds.
    /// </summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Everything that is wrong; nothing is changed.</returns>
    /// <exception cref="InvalidOperationException">There are changes that were not synced.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">There is no room for the archive on this machine.</exception>
    public async Task<IntegrityReport> VerifyIntegrityAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (HasPendingChanges || _stored is null)
        {
            throw new InvalidOperationException($"{Uri} has nothing stored, or changes that were not synced; sync or discard them before verifying.");
        }

        var check = new IntegrityCheck(_stored, ArchiveUri);
        ObjectContent? content = await OpenPinnedOrAnyAsync(cancellationToken).ConfigureAwait(false);
        long archiveBytes = content?.Range.Length ?? 0;
        if (content is null)
        {
            check.Add(IntegrityFindingKind.ArchiveMissing, ArchiveUri, "there is metadata, but no archive");
        }
        else
        {
            await CheckArchiveAsync(check, content, cancellationToken).ConfigureAwait(false);
        }

        check.CheckIndex(await ReadIndexAsync(cancellationToken).ConfigureAwait(false));
        return new IntegrityReport
        {
            SeriesUri = Uri,
            Instances = _stored.Metadata.Instances.Count,
            ArchiveBytes = archiveBytes,
            Findings = check.Findings,
        };
    }

    private async Task CheckArchiveAsync(IntegrityCheck check, ObjectContent content, CancellationToken cancellationToken)
    {
        FileStream file = TemporaryFile.Create(_datastore.Options.ScratchDirectory);
        await using (file.ConfigureAwait(false))
        await using (content.ConfigureAwait(false))
        {
            var passing = new PassingStream(content.Content, file);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            await check.CheckArchiveAsync(file, passing.Crc32c, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ObjectContent?> OpenPinnedOrAnyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pinned = new ObjectReadOptions { IfGenerationMatch = _stored!.Metadata.Tar?.Generation };
            return await _store.OpenReadAsync(_names.Tar, pinned, cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            // A copied store has other generations of the same bytes; other bytes will be found.
            return await _store.OpenReadAsync(_names.Tar, options: null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]?> ReadIndexAsync(CancellationToken cancellationToken)
    {
        ObjectContent? content = await _store.OpenReadAsync(_names.Index, options: null, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return null;
        }

        await using (content.ConfigureAwait(false))
        {
            return await content.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
