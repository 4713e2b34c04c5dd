using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.IndependentReaders;

/// <summary>
/// Our DICOM JSON beside what pydicom and dcmtk read from the same files, element by element: those of the test data, those
/// that come with pydicom, and the work lists that come with dcmtk. Every difference is listed with its reason.
/// </summary>
public sealed class IndependentReaderTests
{
    private const string Python = "/usr/bin/python3";
    private const string PydicomData = "/usr/lib/python3/dist-packages/pydicom/data";
    private const string DcmtkExamples = "/usr/share/doc/dcmtk/examples";

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-readers-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task FromFileAsync_FilesOfEverybody_AgreesWithPydicomAndDcmtk()
    {
        RequireReaders();
        Copy("dicom", Repository.TestData("dicom"));
        Copy("cases", Repository.TestData("cases"));
        Copy("pydicom", PydicomData);
        foreach (string dump in Directory.Exists(DcmtkExamples) ? Directory.EnumerateFiles(DcmtkExamples, "*.dump", SearchOption.AllDirectories) : [])
        {
            await RunAsync("dump2dcm", dump, Path.Combine(_folder, $"dcmtk_{Path.GetFileNameWithoutExtension(dump)}.dcm"));
        }

        int read = await WriteOursAsync();
        (int exitCode, string output) = await RunAsync(Python, Path.Combine(Repository.Root, "tests", "CloudOptimizedDicom.Tests", "IndependentReaders", "compare.py"), _folder);
        string[] differences = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Zero, output);
            Assert.That(read, Is.GreaterThan(150));
            Assert.That(differences.Where(difference => ReaderDifference.Find(difference) is null), Is.Empty, "differences without a reason");
            Assert.That(
                ReaderDifference.All.Where(known => !differences.Any(known.Explains)),
                Directory.Exists(PydicomData) ? Is.Empty : Is.Not.Null, "a listed difference that is none should leave the list");
        }
    }

    /// <summary>Whether the readers are there; on a build server they must be.</summary>
    private static void RequireReaders()
    {
        string? missing = !File.Exists(Python) ? "Python" : !Directory.Exists(PydicomData) ? "pydicom" : !File.Exists("/usr/bin/dcm2json") ? "dcmtk" : null;
        if (missing is not null)
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Null.Or.Empty, $"{missing} is not installed");
            Assert.Ignore($"{missing} is not installed.");
        }
    }

    private void Copy(string prefix, string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is "" or ".dcm")
            {
                string name = Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace('\\', '_').Replace('/', '_');
                File.Copy(file, Path.Combine(_folder, $"{prefix}_{name}.dcm"), overwrite: true);
            }
        }
    }

    /// <summary>Writes our tags beside each file; those that are no DICOM for us have none, and are not compared.</summary>
    private async Task<int> WriteOursAsync()
    {
        int read = 0;
        foreach (string file in Directory.GetFiles(_folder, "*.dcm"))
        {
            try
            {
                InstanceScan scan = await InstanceScan.FromFileAsync(file);
                await File.WriteAllBytesAsync(Path.ChangeExtension(file, ".json"), scan.DicomJson.ToArray());
                read++;
            }
            catch (CloudOptimizedDicom.Part10.InvalidDicomException refused)
            {
                Assert.That(Path.GetFileName(file), Is.AnyOf("pydicom_test_files_no_meta.dcm").Or.Contains("README"), refused.Message);
            }
        }

        return read;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
