using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

internal sealed partial class RepairPlanner
{
    /// <summary>Makes records anew that do not say what is read in their instances, as far as the instances can be read.</summary>
    private async Task NormalizeAsync(ArchiveFile archive, CancellationToken cancellationToken)
    {
        foreach (InstanceRecord record in _placed.Values.OrderBy(record => record.ArchiveRange.Offset).ToArray())
        {
            if (await TryScanAsync(archive, record, cancellationToken).ConfigureAwait(false) is not { } scan)
            {
                continue;
            }

            IntegrityFinding[] findings = [.. RecordCheck.Compare(record, scan)];

            // Other UIDs are another instance, and a file that is cut off may show less than whoever wrote the record has known.
            if (findings.Length > 0 && !(scan.IsTruncated && RecordCheck.SaysMore(record, scan)) && findings.All(finding => finding.Kind != IntegrityFindingKind.RecordDiffers))
            {
                _placed[record.Uid] = record.WithScan(scan, options.TimeProvider.GetUtcNow());
                _actions.Add(new RepairAction(RepairActionKind.NormalizeRecord, record.Uid, string.Join(", ", findings.Select(finding => finding.Kind))));
            }
        }
    }

    private async Task<InstanceScan?> TryScanAsync(ArchiveFile archive, InstanceRecord record, CancellationToken cancellationToken)
    {
        try
        {
            Stream content = archive.OpenRead(record.ArchiveRange);
            await using (content.ConfigureAwait(false))
            {
                return await InstanceScanner.ScanAsync(
                    content, copyTo: null, _ => $"{ArchiveUri}://{SeriesNames.Member(record.Uid)}", cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InvalidDicomException)
        {
            return null;
        }
    }
}
