// QuickStart [FOLDER [DATASTORE]]: from a folder of DICOM files to a datastore and back.
using CloudOptimizedDicom;
using CloudOptimizedDicom.Part10;

string folder = args.Length > 0 ? args[0] : Path.Combine("tests", "TestData", "dicom", "ct5");
string path = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("cod-quickstart-").FullName;
if (!Directory.Exists(folder))
{
    Console.Error.WriteLine($"There is no folder {folder}. Run this in the root of the repository, or name a folder with DICOM files.");
    return 1;
}

await using CodDatastore datastore = await CodDatastore.OpenAsync(path);
var series = new Dictionary<SeriesId, List<Instance>>();
foreach (string file in Directory.GetFiles(folder, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
{
    var instance = new Instance(file);
    var id = new SeriesId(await instance.GetStudyUidAsync(), await instance.GetSeriesUidAsync());
    series.TryAdd(id, []);
    series[id].Add(instance);
}

// One lock, one archive and one commit for each series. Running it again finds everything the same.
foreach ((SeriesId id, List<Instance> instances) in series)
{
    await datastore.UpdateSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Append, async cod =>
    {
        AppendResult result = await cod.AppendAsync(instances);
        Console.WriteLine($"{id}: {result.New.Count} new, {result.Same.Count} same, {result.Conflict.Count} conflicting, {result.Errors.Count} failed");
    });
}

await foreach (SeriesListing listing in datastore.ListSeriesAsync())
{
    Console.WriteLine($"{listing.Uri}: {listing.ArchiveBytes} bytes");

    await using CodObject cod = await datastore.OpenSeriesAsync(listing.Id.StudyUid, listing.Id.SeriesUid, CodMode.Read);
    Instance first = cod.GetInstances()[0];
    Console.WriteLine($"  Patient     {first.Metadata.GetString(DicomTag.PatientName)}");
    Console.WriteLine($"  SOP class   {first.Metadata.GetString(DicomTag.SOPClassUID)}");
    Console.WriteLine($"  Size        {first.Record!.SizeBytes} bytes");

    // The bytes of the file, by range: a stream like any other, which a DICOM toolkit can open.
    await using Stream file = await cod.OpenInstanceAsync(first);
    byte[] bytes = new byte[file.Length];
    await file.ReadExactlyAsync(bytes);
    Console.WriteLine($"  CRC-32C     {Crc32c.ToBase64(Crc32c.Compute(bytes))}");

    IntegrityReport report = await cod.VerifyIntegrityAsync();
    Console.WriteLine($"  {(report.IsIntact ? "Intact" : string.Join("; ", report.Findings))}");
}

return 0;
