using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

internal sealed partial class AppendSession
{
    /// <summary>Decides about an instance whose UID is there.</summary>
    /// <param name="prepared">The instance.</param>
    /// <param name="existing">What is there.</param>
    /// <param name="crc32c">The checksum of the instance.</param>
    /// <param name="beginningCrc32c">That of as many of its bytes as are there; null when it has fewer.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    private async Task CompareAsync(
        PreparedInstance prepared, InstanceRecord existing, uint crc32c, uint? beginningCrc32c, CancellationToken cancellationToken)
    {
        Instance instance = prepared.Instance;
        if (metadata.UsesHashedUids && existing.InstanceUid.Length > 0 && existing.InstanceUid != prepared.Uids.InstanceUid)
        {
            throw new UidHashingException(instance.OriginalPath, $"its {nameof(Instance.UidHasher)} gives {existing.Uid}, as for another instance of the series");
        }

        AppendReason reason = existing.SizeBytes == prepared.SizeBytes && existing.Crc32c == crc32c ? AppendReason.SameBytes
            : options.TreatMetadataDiffsAsSame ? await ComparePixelsAsync(prepared, existing, crc32c, cancellationToken).ConfigureAwait(false)
            : AppendReason.OtherBytes;
        if (reason is AppendReason.SameBytes or AppendReason.SamePixels)
        {
            Take(instance, _same, reason);
            return;
        }

        bool isBeginning = existing.SizeBytes < prepared.SizeBytes && existing.Crc32c == beginningCrc32c;
        if (isBeginning && options.ReplaceTruncated && instance.Warnings.Count == 0
            && await TryReplaceAsync(prepared, existing, crc32c, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        Take(instance, _conflict, isBeginning ? AppendReason.StoredIsBeginning : reason);
        if (IsRemote(instance) && !existing.DiffHashDupePaths.Contains(instance.OriginalPath))
        {
            InstanceRecord noted = existing.WithDiffHashDupePath(instance.OriginalPath, timeProvider.GetUtcNow());
            metadata.Replace(noted);
            _new.Find(added => added.StoredUid == noted.Uid)?.Record = noted;
            HasChanges = true;
        }
    }

    private async Task<AppendReason> ComparePixelsAsync(
        PreparedInstance prepared, InstanceRecord existing, uint crc32c, CancellationToken cancellationToken)
    {
        // A large instance has gone by once, for its checksum.
        Stream given = prepared.Scan is null
            ? await sources.Resolve(prepared.Instance.Address).OpenAsync(cancellationToken).ConfigureAwait(false)
            : new PrefixedStream(prepared.Bytes, Stream.Null);
        await using (given.ConfigureAwait(false))
        {
            if (await PixelDigest.ReadAsync(given, prepared.SizeBytes, crc32c, scratchDirectory, cancellationToken).ConfigureAwait(false) is not { } pixels)
            {
                return AppendReason.NoPixels;
            }

            Stream stored = await openStored(existing, cancellationToken).ConfigureAwait(false);
            await using (stored.ConfigureAwait(false))
            {
                PixelDigest? others = await PixelDigest.ReadAsync(
                    stored, existing.SizeBytes, existing.Crc32c, scratchDirectory, cancellationToken).ConfigureAwait(false);
                return others is null ? AppendReason.NoPixels : pixels == others ? AppendReason.SamePixels : AppendReason.OtherPixels;
            }
        }
    }
}
