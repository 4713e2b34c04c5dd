using CloudOptimizedDicom.Cli;

return await CodCommandLine.RunAsync(args);
