using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>Finds instances that are to be stored, with the credentials of this datastore.</summary>
    internal InstanceSources Sources { get; }

    /// <summary>
    /// Reads the UIDs of an instance from its header, with the credentials of this datastore; of a remote one no more than it
    /// takes. Afterwards <see cref="Instance.GetSeriesUidAsync"/> and its siblings answer at once.
    /// </summary>
    /// <param name="instance">The instance.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The series that it belongs to, as it would be stored.</returns>
    /// <exception cref="SourceReadException">It cannot be read.</exception>
    /// <exception cref="Part10.InvalidDicomException">It is not readable as DICOM, or does not say where it belongs.</exception>
    public async Task<SeriesId> IdentifyAsync(Instance instance, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instance);
        InstanceUids uids = instance.KnownUids ?? (await instance.ReadHeadAsync(Sources, cancellationToken).ConfigureAwait(false)).Uids;
        (string studyUid, string seriesUid) = (instance.ToStored(uids.StudyUid), instance.ToStored(uids.SeriesUid));
        return DicomUid.IsSafeName(studyUid) && DicomUid.IsSafeName(seriesUid)
            ? new SeriesId(studyUid, seriesUid)
            : throw new Part10.InvalidDicomException(0, Part10.DicomTag.SeriesInstanceUID, $"study {ShownText.Name(studyUid)} and series {ShownText.Name(seriesUid)} cannot name a series");
    }

    /// <summary>Reads an instance once, with the credentials of this datastore, without storing it.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="SourceReadException">It cannot be read.</exception>
    /// <exception cref="Part10.InvalidDicomException">It is not readable as DICOM.</exception>
    public async Task<InstanceScan> ScanAsync(Instance instance, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instance);
        SourceContent content = await Sources.Resolve(instance.Address).OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            return await InstanceScan.FromStreamAsync(content, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Lists the objects of a bucket as instances, with the size and checksum of the listing as hints. Whether they are DICOM
    /// is not known before they are read.
    /// </summary>
    /// <param name="uriPrefix">What their URIs begin with: <c>gs://bucket/prefix</c>.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>Instances in the order of their names.</returns>
    /// <exception cref="ArgumentException">The prefix is no URI of a bucket.</exception>
    /// <exception cref="ObjectStoreException">The bucket did not answer.</exception>
    public async IAsyncEnumerable<Instance> ListInstancesAsync(
        string uriPrefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (IObjectStore bucket, string prefix) = Sources.ResolveBucket(uriPrefix)
            ?? throw new ArgumentException($"\"{uriPrefix}\" names no bucket: gs://bucket/prefix.", nameof(uriPrefix));
        await foreach (ObjectListEntry entry in bucket.ListAsync(prefix, "", cancellationToken).ConfigureAwait(false))
        {
            if (entry.Object is { } info)
            {
                yield return new Instance($"{bucket.RootUri}/{entry.Name}") { Hints = new Hints { SizeBytes = info.SizeBytes, Crc32c = info.Crc32c } };
            }
        }
    }
}
