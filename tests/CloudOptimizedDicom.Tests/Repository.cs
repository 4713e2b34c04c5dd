namespace CloudOptimizedDicom.Tests;

/// <summary>The working copy that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string TestData(params string[] names) => Path.Combine([Root, "tests", "TestData", .. names]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CloudOptimizedDicom.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No CloudOptimizedDicom.sln above {AppContext.BaseDirectory}.");
    }
}
